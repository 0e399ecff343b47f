"""A running API with a store of its own, and a client that sends whatever it is told to."""

from __future__ import annotations

import asyncio
import json
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel
from tests.support.tables import by_hop

from dmnroute.agents.declaration import agent
from dmnroute.agents.registry import Registry
from dmnroute.api.callers import Door
from dmnroute.api.deployments import Deployments
from dmnroute.api.server import Addresses, serving
from dmnroute.listening import Listening
from dmnroute.policies.versions import Versions
from dmnroute.publishing.deploying import Deployer
from dmnroute.publishing.gate import Gate
from dmnroute.store.memory.store import MemoryStore
from dmnroute.testing import ManualClock
from dmnroute.zeebe.channel import connect
from dmnroute.zeebe.gateway import Gateway
from dmnroute.zeebe.retrying import Backoff

NOBODY = "127.0.0.1:1"
"""Where no broker answers."""


class Name(BaseModel):
    name: str = "world"


class Greeting(BaseModel):
    greeting: str


@agent("greet")
async def greet(given: Name) -> Greeting:
    """Greet."""
    return Greeting(greeting=f"hello {given.name}")


def table(agent: str = "greet", reason: str = "why not") -> bytes:
    """A policy that sends its first hop to an agent."""
    hops = [{"agent": f'"{agent}"', "reason": f'"{reason}"'}, {"action": '"complete"'}]
    return by_hop(["agent", "action", "reason"], hops).encode()


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answers."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Api:
    """A running API."""

    addresses: Addresses
    versions: Versions
    folder: Path

    async def get(self, path: str = "/v2/topology", **headers: str) -> Answer:
        return await asyncio.to_thread(_ask, urllib.request.Request(self.addresses.http + path, headers=headers))

    async def deploy(self, *files: tuple[str, bytes], tenant: str | None = None, **headers: str) -> Answer:
        """Send files as a form, as browsers and clients of Camunda do."""
        body, kind = form(files, {} if tenant is None else {"tenantId": tenant})
        return await self.post(body, **{"Content-Type": kind} | headers)

    async def post(self, body: Any, **headers: str) -> Answer:
        request = urllib.request.Request(self.addresses.http + "/v2/deployments", data=body, headers=headers)
        return await asyncio.to_thread(_ask, request)

    async def log(self, policy: str = "p") -> list[tuple[str, int, str, str | None]]:
        """What was done with a policy."""
        found = await self.versions.store.policy_changes(policy)
        return [(each.kind, each.version, each.who, each.why) for each in found]


def form(files: tuple[tuple[str, bytes], ...], fields: Mapping[str, str]) -> tuple[bytes, str]:
    """A body of `multipart/form-data`, and its content type."""
    parts = [(f'name="resources"; filename="{name}"'.encode(), text) for name, text in files]
    parts += [(f'name="{name}"'.encode(), text.encode()) for name, text in fields.items()]
    lines = [
        b"--edge\r\nContent-Disposition: form-data; " + head + b"\r\n\r\n" + text + b"\r\n" for head, text in parts
    ]
    return b"".join(lines) + b"--edge--\r\n", "multipart/form-data; boundary=edge"


def _ask(request: urllib.request.Request) -> Answer:
    try:
        with urllib.request.urlopen(request, timeout=30) as said:
            return Answer(said.status, dict(said.headers), said.read())
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, dict(error.headers), error.read())


Serve = Callable[..., Awaitable[Api]]


@pytest.fixture
async def serve(tmp_path: Path) -> AsyncIterator[Serve]:
    """Start an API with settings of its own; it ends with the test."""
    async with AsyncExitStack() as closing:

        async def start(*, broker: str = NOBODY, four_eyes: bool = False, **settings: Any) -> Api:
            channel = connect(broker)
            closing.push_async_callback(channel.close)
            versions = Versions(MemoryStore(), ManualClock(), four_eyes=four_eyes)
            gateway = Gateway(channel, broker, Backoff(patience=2.0))
            deployer = Deployer(Gate(Registry({"greet": greet})), versions, tmp_path, gateway)
            door = Door(Listening(port=0, grpc_port=0, **settings), usual_name="ada")
            addresses = await closing.enter_async_context(serving(Deployments(door, deployer)))
            return Api(addresses, versions, tmp_path)

        yield start


@pytest.fixture
async def api(serve: Serve) -> Api:
    """An API for this machine, without a token and without a broker."""
    return await serve()
