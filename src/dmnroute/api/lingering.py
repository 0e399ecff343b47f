"""Hear out whoever was answered before everything was sent."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from starlette.types import ASGIApp, Message, Receive, Scope, Send

LINGER = 5.0
"""Seconds for which the rest of a body is read, and thrown away, after an early answer."""

TOO_SLOW = 408


def lingering(app: ASGIApp) -> ASGIApp:
    """Keep a connection open after an early answer, until its client has sent everything or `LINGER` has passed.

    A connection that is closed while its client still sends is reset, and the client reads `broken pipe` where the
    answer would have said what is wrong with its deployment (RFC 9112, section 9.6). Who was answered because it is
    too slow isn't waited for again, nor is a client that sends nothing before it is told to (`Expect: 100-continue`).
    """

    async def call(scope: Scope, receive: Receive, send: Send) -> None:
        exchange = _Exchange(scope, receive, send)
        await app(scope, exchange.receive, exchange.send)

    return call


class _Exchange:
    """One request and its answer."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"])
        self._receive = receive
        self._send = send
        self._has_more = b"transfer-encoding" in headers or headers.get(b"content-length", b"0") != b"0"
        self._awaits_a_word = headers.get(b"expect", b"").lower() == b"100-continue"
        self._status = 0

    async def receive(self) -> Message:
        self._awaits_a_word = False
        message = await self._receive()
        self._has_more = message.get("more_body", False)
        return message

    async def send(self, message: Message) -> None:
        if not self._has_more:
            await self._send(message)
        elif message["type"] == "http.response.start":
            self._status = message["status"]
            await self._send({**message, "headers": [*message["headers"], (b"connection", b"close")]})
        elif message.get("more_body", False) or self._awaits_a_word or self._status == TOO_SLOW:
            await self._send(message)
        else:
            await self._send({**message, "more_body": True})
            await self._hear_out()
            await self._send({"type": "http.response.body"})

    async def _hear_out(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(LINGER):
                while self._has_more:
                    await self.receive()
