"""Serve both ways in until somebody says stop."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass

import grpc
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from dmnroute.api.callers import check_exposure
from dmnroute.api.deployments import Deployments
from dmnroute.api.lingering import lingering
from dmnroute.api.rest import rest_app
from dmnroute.api.rpc import GatewayCalls
from dmnroute.errors import OperatorError
from dmnroute.listening import Listening

GRACE = 10.0
"""Seconds that deployments at hand may take after `stop`."""

FIRST_PATIENCE = 10.0
"""Seconds until the head of a connection's first request has to be there."""

CONNECTIONS = 100


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where a server is reached."""

    http: str
    grpc: str


@asynccontextmanager
async def serving(deployments: Deployments) -> AsyncIterator[Addresses]:
    """Serve while the body runs; then take no more calls, and finish those at hand.

    Raises:
        UsageError: `token_needed`.
        OperatorError: `port_taken`, `bad_host`.
    """
    listening = deployments.door.listening
    check_exposure(listening)
    bound = _bind(listening)
    calls = _grpc_server(deployments)
    try:
        grpc_port = _bind_grpc(calls, listening)
        await calls.start()
        web = _Web(_web_config(deployments, listening))
        task = asyncio.create_task(web.serve(sockets=[bound]))
        try:
            ready = asyncio.create_task(web.ready.wait())
            await asyncio.wait([ready, task], return_when=asyncio.FIRST_COMPLETED)
            host = f"[{listening.host}]" if ":" in listening.host else listening.host
            yield Addresses(f"http://{host}:{bound.getsockname()[1]}", f"grpc://{host}:{grpc_port}")
        finally:
            web.should_exit = True
            await asyncio.gather(task, calls.stop(GRACE))
    finally:
        await calls.stop(None)
        bound.close()


class _Web(uvicorn.Server):
    """Says when it is ready. Signals are the business of whoever serves: uvicorn would raise them again at the end."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class _Impatient(H11Protocol):
    """Ends a connection on which no request has arrived in time: idle ones would keep others out."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self.loop.call_later(FIRST_PATIENCE, self._end_when_silent)

    def _end_when_silent(self) -> None:
        if self.cycle is None and not self.transport.is_closing():
            self.transport.close()


def _web_config(deployments: Deployments, listening: Listening) -> uvicorn.Config:
    return uvicorn.Config(
        lingering(rest_app(deployments)),
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        proxy_headers=False,
        limit_concurrency=CONNECTIONS,
        timeout_graceful_shutdown=int(GRACE),
        loop="none",
        http=_Impatient,
        ws="none",
    )


def _grpc_server(deployments: Deployments) -> grpc.aio.Server:
    limit = deployments.door.listening.max_bytes
    return grpc.aio.server(
        handlers=[GatewayCalls(deployments)],
        options=[
            ("grpc.max_receive_message_length", limit),
            ("grpc.so_reuseport", 0),  # a port that is taken is an error, not shared
            ("grpc.max_metadata_size", 16 * 1024),
        ],
        maximum_concurrent_rpcs=CONNECTIONS,
    )


def _bind(listening: Listening) -> socket.socket:
    try:
        found = socket.getaddrinfo(listening.host, listening.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as error:
        raise OperatorError(
            f"`{listening.host}` is no address of this machine: {_lower(error.strerror)}", code="bad_host"
        ) from error
    family, kind, protocol, _, address = found[0]
    bound = socket.socket(family, kind, protocol)
    try:
        if os.name == "posix":
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
    except OSError as error:
        bound.close()
        raise _cant_listen(listening.host, listening.port, "--port", error.strerror) from error
    return bound


def _bind_grpc(calls: grpc.aio.Server, listening: Listening) -> int:
    host = f"[{listening.host}]" if ":" in listening.host else listening.host
    with suppress(RuntimeError):
        port = calls.add_insecure_port(f"{host}:{listening.grpc_port}")
        if port:
            return port
    raise _cant_listen(listening.host, listening.grpc_port, "--grpc-port", "address already in use")


def _cant_listen(host: str, port: int, option: str, why: str | None) -> OperatorError:
    return OperatorError(
        f"can't listen on port {port} of {host}: {_lower(why)}",
        code="port_taken",
        hint=f"`{option}` chooses another one, and 0 any that is free",
    )


def _lower(text: str | None) -> str:
    return (text or "unknown reason")[:1].lower() + (text or "unknown reason")[1:]
