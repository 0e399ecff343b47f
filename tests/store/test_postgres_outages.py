"""The server goes away, or a connection at the worst moment: nothing is lost or done twice, and work goes on."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Callable
from decimal import Decimal
from pathlib import Path

import pytest
from tests.store.conftest import Driver
from tests.store.samples import START, decision, hop, kinds, later, outcome, run, state_of, write
from tests.support.postgres import Postgres

from dmnroute.errors import OperatorError
from dmnroute.routing.ports.store import Store
from dmnroute.store.open import open_store


@pytest.fixture
def kind() -> str:
    return "postgres"


class Line:
    """A way to the server that can be cut: when a commit passes, before it or after it, or at once."""

    def __init__(self, postgres: Postgres, folder: Path) -> None:
        self.folder = folder
        self.cut_before_commit = self.cut_after_commit = 0
        self.cuts = 0
        self._deaf = False
        self._server_socket = postgres.folder / ".s.PGSQL.5432"
        self._open: set[asyncio.StreamWriter] = set()

    async def lay(self) -> asyncio.Server:
        return await asyncio.start_unix_server(self._connected, self.folder / ".s.PGSQL.5432")

    def cut(self) -> None:
        self.cuts += 1
        for end in self._open:
            end.transport.abort()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server_reader, server_writer = await asyncio.open_unix_connection(self._server_socket)
        self._open |= {writer, server_writer}
        answers = asyncio.create_task(self._pass(server_reader, writer))
        try:
            while (data := await reader.read(65536)) and not await self._is_cut(data, server_reader, server_writer):
                server_writer.write(data)
        except ConnectionError:
            pass
        finally:
            self._open -= {writer, server_writer}
            answers.cancel()
            for end in (writer, server_writer):
                end.transport.abort()

    async def _is_cut(self, data: bytes, server: asyncio.StreamReader, to_server: asyncio.StreamWriter) -> bool:
        if b"COMMIT;" not in data or not self.cut_before_commit + self.cut_after_commit:
            return False
        self.cuts += 1
        if self.cut_before_commit:
            self.cut_before_commit -= 1
            return True
        self.cut_after_commit -= 1
        self._deaf = True
        to_server.write(data)
        # Its answer is never passed on.
        await asyncio.sleep(0.2)
        return True

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            if self._deaf:
                self._deaf = False
                return
            writer.write(data)
        writer.transport.abort()


@pytest.fixture
async def line(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Line]:
    line = Line(postgres, tmp_path_factory.mktemp("pg"))
    server = await line.lay()
    yield line
    server.close()


@pytest.fixture
async def far(line: Line, postgres_url: str, postgres: Postgres) -> AsyncIterator[Store]:
    """The store at the end of the line."""
    store = await open_store(postgres_url.replace(str(postgres.folder), str(line.folder)))
    yield store
    await store.close()


def cut_before(line: Line) -> None:
    line.cut_before_commit = 1


def cut_after(line: Line) -> None:
    line.cut_after_commit = 1


each_cut = pytest.mark.parametrize("cut", [cut_before, cut_after, Line.cut])


@each_cut
async def test_a_write_whose_answer_is_lost_is_done_once(
    store: Store, far: Store, line: Line, cut: Callable[[Line], None]
) -> None:
    """Whether the commit arrived or not: the answer is the right one, and nothing is there twice."""
    await store.create([run("r0")])
    await write(store, hop(decision("r0")), name="r0")
    cut(line)
    assert await far.create([run("r0"), run("r1"), run("r2")]) == 2
    cut(line)
    assert await far.record(outcome("r0/1.1", cost=Decimal("0.1")), at=later(1))
    cut(line)
    assert (await far.signal("r0", "go", None, at=later(2))).number == 1
    cut(line)
    assert (await far.keep_policy("intake", "a.dmn", b"text", at=START)).version == 1
    cut(line)
    await far.tell("policy_refused", {}, at=START)
    cut(line)
    assert await far.acquire("r0", "ann", now=START, until=later(9))
    assert line.cuts == 6
    history = await store.history("r0")
    assert history is not None
    assert (len(history.signals), (await state_of(store, "r0")).cost) == (1, Decimal("0.1"))
    assert await kinds(store) == [
        *("run_started", "hop_decided", "run_started", "run_started", "step_ended"),
        *("signal_received", "policy_changed", "policy_refused"),
    ]


@each_cut
async def test_a_hop_whose_connection_is_lost_is_written_once(
    store: Store, far: Store, line: Line, cut: Callable[[Line], None]
) -> None:
    """The run is held again, found as it was, and the hop is written: whoever holds it doesn't notice."""
    await store.create([run()])
    async with far.locked("r1") as locked:
        cut(line)
        await locked.write(hop(decision(), outcomes=[]))
    async with far.locked("r1") as locked:
        await locked.write(hop(decision(hop=2)))
        cut(line)
    assert line.cuts == 2
    history = await store.history("r1")
    assert history is not None
    assert [each.decision.hop for each in history.hops] == [1, 2]
    assert await kinds(store) == ["run_started", "hop_decided", "hop_decided"]


async def test_a_run_that_was_changed_while_the_connection_was_lost_is_left_as_it_is(
    store: Store, far: Store, line: Line
) -> None:
    """What was decided was decided for something else."""
    await store.create([run()])

    async def decide() -> None:
        async with far.locked("r1") as locked:
            line.cut()
            await write(store, hop(decision(fingerprint="theirs")))
            await locked.write(hop(decision(fingerprint="mine")))

    with pytest.raises(OperatorError) as raised:
        await decide()
    assert raised.value.code == "store_unavailable"
    assert str(raised.value) == (
        "the connection to the store was lost, and the run was changed meanwhile: nothing was written\n"
        "hint: do the same again"
    )
    history = await store.history("r1")
    assert history is not None
    assert [each.decision.fingerprint for each in history.hops] == ["theirs"]
    await write(far, hop(decision(hop=2)))


async def test_reading_goes_on_when_connections_are_lost(store: Store, far: Store, line: Line) -> None:
    """On others."""
    await store.create([run()])
    await asyncio.gather(*(far.states() for _ in range(5)))
    line.cut()
    assert len(await far.states()) == 1
    line.cut()
    history = await far.history("r1")
    assert history is not None


@pytest.mark.parametrize("how", [signal.SIGQUIT, signal.SIGINT])
async def test_processes_go_on_when_the_server_is_back(
    store: Store, driver: Driver, postgres: Postgres, how: signal.Signals
) -> None:
    """Two of them with eight tasks each, while the server crashes, or is stopped: no hop is lost or doubled."""
    names = [[f"{process}-{task}" for task in range(8)] for process in "ab"]
    started = [await driver.start("drive", "6", *each) for each in names]
    said = [[(await process.stdout.readline()).split() for _ in range(8)] for process in started if process.stdout]
    await asyncio.to_thread(postgres.stop, how)
    await asyncio.to_thread(postgres.start)
    for process, lines in zip(started, said, strict=True):
        out, _ = await process.communicate()
        lines += [line.split() for line in out.splitlines()]
    assert [process.returncode for process in started] == [0, 0]
    assert sorted((name.decode(), int(number)) for lines in said for name, number in lines) == [
        (name, number) for name in sorted(names[0] + names[1]) for number in range(1, 7)
    ]
    for name in names[0] + names[1]:
        state, history = await state_of(store, name), await store.history(name)
        told = [event.kind for event in await store.events(run=name)]
        assert history is not None
        assert [each.decision.hop for each in history.hops] == [1, 2, 3, 4, 5, 6]
        assert state.cost == history.spent() == Decimal("0.6")
        assert [told.count(kind) for kind in ("run_started", "hop_decided", "step_ended")] == [1, 6, 6]


async def test_a_server_that_stays_away_is_named(postgres: Postgres, postgres_url: str) -> None:
    """When patience is over; afterwards the same store works again."""
    store = await open_store(postgres_url, patience=0.2)
    await store.create([run()])
    await asyncio.to_thread(postgres.stop)
    try:
        for use in (store.states(), store.create([run("r2")]), write(store, hop(decision()))):
            with pytest.raises(OperatorError) as raised:
                await use
            assert raised.value.code == "store_unavailable"
            assert str(raised.value).endswith(
                "\nhint: check that the server runs, and the URL with its user and password"
            )
    finally:
        await asyncio.to_thread(postgres.start)
    assert await store.create([run("r2")]) == 1
    await store.close()
