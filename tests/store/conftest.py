"""Every store passes the same tests: a new kind joins by a name here, and a URL."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from tests.support.postgres import Postgres

from dmnroute.routing.ports.store import Store
from dmnroute.store.open import open_store
from dmnroute.store.schema import metadata

Opener = Callable[[], Awaitable[Store]]

ROOT = Path(__file__).parents[2]
DRIVER = Path(__file__).with_name("driver.py")


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def url(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    if kind == "postgres":
        return str(request.getfixturevalue("postgres_url"))
    return {"memory": "memory:", "sqlite": f"sqlite:///{tmp_path}/store.db"}[kind]


@pytest.fixture(scope="session")
def database(postgres: Postgres) -> str:
    """The name of a database with the tables of a store."""
    name = postgres.create()

    async def migrate() -> None:
        await (await open_store(postgres.url(name))).close()

    asyncio.run(migrate())
    return name


@pytest.fixture
def postgres_url(postgres: Postgres, database: str) -> str:
    """The tables are emptied for each test: a database of its own for each would take four times as long."""
    empty(postgres, database)
    return postgres.url(database)


def empty(postgres: Postgres, database: str) -> None:
    postgres.sql(f"TRUNCATE {', '.join(metadata.tables)} RESTART IDENTITY", database=database)


@pytest.fixture
async def opener(url: str) -> AsyncIterator[Opener]:
    """Opens the same store again; a store in memory has no second door."""
    stores: list[Store] = []

    async def open_one() -> Store:
        if url != "memory:" or not stores:
            stores.append(await open_store(url))
        return stores[-1]

    yield open_one
    for opened in stores:
        await opened.close()


@pytest.fixture
async def store(opener: Opener) -> Store:
    return await opener()


@pytest.fixture
async def other(store: Store, opener: Opener) -> Store:
    """The same store, opened once more."""
    return await opener()


class Driver:
    """Starts processes at the store, and ends those that are left."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.started: list[asyncio.subprocess.Process] = []

    async def start(self, *arguments: str) -> asyncio.subprocess.Process:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, str(DRIVER), self.url, *arguments),
            stdout=asyncio.subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "src")])},
        )
        self.started.append(process)
        return process

    async def kill(self, process: asyncio.subprocess.Process) -> None:
        process.kill()
        await process.wait()


@pytest.fixture
async def driver(url: str) -> AsyncIterator[Driver]:
    driver = Driver(url)
    yield driver
    for process in driver.started:
        if process.returncode is None:
            await driver.kill(process)
