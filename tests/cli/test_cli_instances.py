"""Runs on Zeebe, as the command line sees them."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from tests.cli.conftest import Bench, Cli

from dmnroute.routing.records.run import Run
from dmnroute.store.open import open_store

INSTANCE = "2251799813685250"


@pytest.fixture
def bound(bench: Bench) -> str:
    """A run that belongs to a process instance."""

    async def keep() -> None:
        store = await open_store(str(bench.root / "runs.db"))
        run = Run(id="order-17", policy="p", started=datetime(2026, 1, 1, tzinfo=UTC), process_instance=INSTANCE)
        await store.create([run])
        await store.close()

    asyncio.run(keep())
    return "order-17"


def test_the_key_of_a_process_instance_names_its_run(bound: str, cli: Cli) -> None:
    """What Operate shows can be pasted."""
    assert cli("show", INSTANCE).out.splitlines()[0] == "order-17  running"


def test_a_run_on_zeebe_is_left_to_its_process_instance(bound: str, cli: Cli) -> None:
    """`resume` doesn't drive it in this process."""
    assert cli("resume").out == f"order-17 left alone: process instance {INSTANCE} on Zeebe drives it\n"
