"""Who drives a run: one engine at a time, and never nobody for long."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from dmnroute.errors import OperatorError
from dmnroute.local.lease import Leases
from dmnroute.local.owner import gone_owners, this_owner
from dmnroute.routing.ports.store import Store
from dmnroute.routing.records.run import Run
from dmnroute.store.open import open_store
from dmnroute.testing import ManualClock

ELSEWHERE = "another-machine/7/7"


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await open_store(str(tmp_path / "s.db"))
    await opened.create([Run(id="r", policy="p", started=ManualClock().now())])
    yield opened
    await opened.close()


async def owner_of(store: Store) -> str | None:
    state = await store.state("r")
    assert state is not None
    return state.owner


async def test_a_live_owner_is_left_alone(store: Store) -> None:
    """Another engine gets nothing, and changes nothing."""
    clock = ManualClock()
    one, two = Leases(store, clock, this_owner()), Leases(store, clock, ELSEWHERE)
    async with one.held("r") as held, two.held("r") as too:
        assert (held, too) == (True, False)
        assert await owner_of(store) == this_owner()
    assert await owner_of(store) is None


async def test_an_owner_of_another_machine_has_to_expire(store: Store) -> None:
    """Nothing is known of it."""
    clock = ManualClock()
    until = clock.now() + timedelta(seconds=30)
    assert await store.acquire("r", ELSEWHERE, now=clock.now(), until=until)
    mine = Leases(store, clock, this_owner())
    async with mine.held("r") as held:
        assert not held
    await clock.advance(30)
    async with mine.held("r") as held:
        assert held


async def test_an_owner_whose_process_is_gone_is_replaced_at_once(store: Store) -> None:
    """On the same machine that can be seen."""
    clock = ManualClock()
    process, owner = _other_process()
    try:
        await store.acquire("r", owner, now=clock.now(), until=clock.now() + timedelta(days=1))
        mine = Leases(store, clock, this_owner())
        async with mine.held("r") as held:
            assert not held
        process.send_signal(signal.SIGKILL)
        await asyncio.to_thread(_wait_for_death, process.pid)
        async with mine.held("r") as held:
            assert held
        assert gone_owners([owner, ELSEWHERE, this_owner()]) == {owner}
    finally:
        process.kill()
        process.communicate()
    assert gone_owners([owner]) == {owner}


def _wait_for_death(pid: int) -> None:
    """Dead, and nobody has buried it."""
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)


def _other_process() -> tuple[subprocess.Popen[bytes], str]:
    """A process that waits to be killed, and what it would be called as an owner."""
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    started = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[19]
    return process, f"{socket.gethostname()}/{process.pid}/{started}"


@pytest.mark.parametrize(
    ("owner", "gone"),
    [
        ("{host}/{pid}/{start}", False),
        ("{host}/{pid}/1", True),
        ("{host}/{pid}/0", False),
        ("{host}/{pid}", False),
        ("{host}/nobody/1", False),
        ("{host}", False),
        ("", False),
        ("{host}/99999999999999999999/1", True),
        ("other/{pid}/1", False),
    ],
)
def test_only_what_is_surely_gone_is_gone(owner: str, gone: bool) -> None:
    """A later process with the same number is another one."""
    host, pid, start = this_owner().split("/")
    name = owner.format(host=host, pid=pid, start=start)
    assert gone_owners([name]) == ({name} if gone else frozenset())


async def test_a_process_never_drives_a_run_twice(store: Store) -> None:
    """The owner is the process: its own lease wouldn't keep it from that."""
    mine = Leases(store, ManualClock(), this_owner())
    async with mine.held("r") as first:
        async with mine.held("r") as second:
            assert (first, second) == (True, False)
        assert await owner_of(store) == this_owner()
    async with mine.held("r") as again:
        assert again


async def test_a_lost_lease_ends_the_work_quietly(store: Store) -> None:
    """Another engine has the run; whoever waits for the work goes on."""
    clock = ManualClock()
    mine = Leases(store, clock, this_owner(), seconds=0.03)
    ended = []

    async def work() -> str:
        async with mine.held("r") as held:
            assert held
            await clock.advance(60)
            assert await store.acquire("r", ELSEWHERE, now=clock.now(), until=clock.now() + timedelta(days=1))
            try:
                await asyncio.Event().wait()
            finally:
                ended.append("work")
        return "left"

    assert await asyncio.wait_for(work(), 10) == "left"
    assert ended == ["work"]
    assert await owner_of(store) == ELSEWHERE


async def test_cancelling_whoever_holds_a_lease_gives_it_back(store: Store) -> None:
    """And the cancellation goes on."""
    mine = Leases(store, ManualClock(), this_owner())
    inside = asyncio.Event()

    async def work() -> None:
        async with mine.held("r"):
            inside.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(work())
    await inside.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await owner_of(store) is None


async def test_a_store_that_is_away_for_a_moment_is_no_lost_lease(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next look will tell."""
    mine = Leases(store, ManualClock(), this_owner(), seconds=0.03)
    tried = asyncio.Event()

    async def away(*_: object, **__: object) -> bool:
        tried.set()
        raise OperatorError("the store is away", code="store_locked")

    async with mine.held("r") as held:
        assert held
        with monkeypatch.context() as patched:
            patched.setattr(type(store), "acquire", away)
            await asyncio.wait_for(tried.wait(), 10)
        await asyncio.sleep(0.03)
    assert await owner_of(store) is None


async def test_an_unknown_run_is_named(store: Store) -> None:
    """Nothing is held."""
    with pytest.raises(OperatorError, match="unknown run `nope`"):
        async with Leases(store, ManualClock(), this_owner()).held("nope"):
            pass
