"""A store on PostgreSQL: its tables, its URL, its connections, and what is said when it can't be used."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from contextlib import suppress
from typing import Any

import asyncpg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine
from tests.store.conftest import Opener
from tests.store.samples import START, decision, hop, later, outcome, run, state_of, write
from tests.support.postgres import Postgres

from dmnroute.errors import OperatorError, UsageError
from dmnroute.routing.ports.store import Store
from dmnroute.store.open import open_store
from dmnroute.store.schema import SCHEMA, metadata
from dmnroute.store.sql.events import ORDER


@pytest.fixture
def kind() -> str:
    return "postgres"


async def opened_and_closed(url: str, **options: Any) -> None:
    await (await open_store(url, **options)).close()


async def test_migrations_make_the_tables_of_the_schema(postgres: Postgres) -> None:
    """Alembic finds nothing to add, to change or to remove; types and defaults are declared as by the schema itself."""
    migrated, wanted = postgres.create(), postgres.create()
    await opened_and_closed(postgres.url(migrated))

    def compare(connection: Connection) -> list[Any]:
        found: list[Any] = compare_metadata(
            MigrationContext.configure(connection, opts={"compare_type": True}), metadata
        )
        return found

    assert await _with_tables(postgres, migrated, compare) == []
    await _with_tables(postgres, wanted, metadata.create_all)
    columns = (
        "SELECT table_name, column_name, data_type, collation_name, is_nullable, column_default"
        " FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'alembic_version'"
        " ORDER BY 1, 2"
    )
    declared = postgres.sql(columns, database=migrated)
    assert declared == postgres.sql(columns, database=wanted)
    assert "runs|input|jsonb||NO|" in declared
    assert "runs|cost|numeric||NO|" in declared
    assert "runs|started|timestamp with time zone||NO|" in declared
    assert "runs|id|text|C|NO|" in declared or "runs|id|character varying|C|NO|" in declared
    assert "events|number|bigint||NO|nextval('events_number_seq'::regclass)" in declared


async def _with_tables(postgres: Postgres, database: str, work: Any) -> Any:
    engine = create_async_engine("postgresql+asyncpg://", async_creator=lambda: asyncpg.connect(postgres.url(database)))
    async with engine.begin() as connection:
        answer = await connection.run_sync(work)
    await engine.dispose()
    return answer


async def test_many_may_open_a_new_store_at_the_same_time(postgres: Postgres) -> None:
    """One makes the tables, the others wait for it."""
    url = postgres.url(postgres.create())
    stores = await asyncio.gather(*(open_store(url) for _ in range(6)))
    assert await asyncio.gather(*(store.create([run(f"r{n}")]) for n, store in enumerate(stores))) == [1] * 6
    assert len(await stores[0].states()) == 6
    await asyncio.gather(*(store.close() for store in stores))


async def test_a_store_that_is_current_opens_without_alembic(postgres_url: str) -> None:
    """Start-up is fast."""
    assert said_by("store = asyncio.run(open_store(sys.argv[1])); print('alembic' in sys.modules)", postgres_url) == (
        "False\n"
    )


def said_by(code: str, *arguments: str) -> str:
    """What a process prints that may open stores."""
    start = "import asyncio, sys; from dmnroute.store.open import open_store\n"
    command = [sys.executable, "-c", start + code, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


async def test_a_store_of_a_newer_release_is_left_alone(postgres: Postgres) -> None:
    """Nothing is guessed about tables that aren't known yet."""
    name = postgres.create()
    await opened_and_closed(postgres.url(name))
    postgres.sql("UPDATE alembic_version SET version_num = '9999'", database=name)
    with pytest.raises(OperatorError) as raised:
        await open_store(postgres.url(name))
    assert raised.value.code == "store_newer"
    assert str(raised.value) == (
        f"store `postgresql:///{name}` was written by a newer dmnroute (schema 9999, this one knows {SCHEMA})\n"
        "hint: install the newer release"
    )


async def test_a_database_in_another_encoding_is_refused(postgres: Postgres) -> None:
    """It couldn't hold every text."""
    name = postgres.create("TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'")
    with pytest.raises(OperatorError) as raised:
        await open_store(postgres.url(name))
    assert str(raised.value) == (
        f"store `postgresql:///{name}` can't be reached (its encoding is LATIN1, not UTF8)\n"
        "hint: check that the server runs, and the URL with its user and password"
    )


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+asyncpg", "postgresql+psycopg"])
async def test_urls_name_stores(postgres_url: str, scheme: str) -> None:
    """Whatever driver other programs would use for them."""
    store = await open_store(postgres_url.replace("postgresql", scheme))
    assert await store.create([run()]) == 1
    await store.close()


SECRETS = [
    "postgresql://ann:s3cret@127.0.0.1:1/runs",
    "postgresql+asyncpg://ann:s3cret@127.0.0.1:1/runs?application_name=x",
    "postgresql://127.0.0.1:1/runs?user=ann&password=s3cret",
    "postgres://ann:pass?s3cret/@127.0.0.1:1/runs",
    "postgresql://ann:p@ss@s3cret@127.0.0.1:1/runs",
]


@pytest.mark.parametrize("url", SECRETS)
async def test_a_password_is_never_shown(url: str) -> None:
    """Nor user or parameters: only where the store is."""
    with pytest.raises((OperatorError, UsageError)) as raised:
        await open_store(url, patience=0.01)
    assert "s3cret" not in str(raised.value)
    assert "ann" not in str(raised.value)


async def test_a_server_that_is_away_is_named() -> None:
    """After waiting for it for a while."""
    with pytest.raises(OperatorError) as raised:
        await open_store("postgresql://ann:s3cret@127.0.0.1:1/runs", patience=0.01)
    assert raised.value.code == "store_unavailable"
    assert str(raised.value).startswith("store `postgresql://127.0.0.1:1/runs` can't be reached (")
    assert str(raised.value).endswith(")\nhint: check that the server runs, and the URL with its user and password")


async def test_a_database_that_is_not_there_is_named(postgres: Postgres) -> None:
    """At once: waiting doesn't help."""
    with pytest.raises(OperatorError) as raised:
        await open_store(postgres.url("nowhere"), patience=1000)
    assert raised.value.code == "store_unavailable"
    assert str(raised.value) == (
        'store `postgresql:///nowhere` can\'t be reached (database "nowhere" does not exist)\n'
        "hint: check that the server runs, and the URL with its user and password"
    )


@pytest.mark.parametrize("url", ["postgresql://host:port/runs", "postgresql://h:1:2:3/runs", "postgresql://[::1/runs"])
async def test_a_url_that_cannot_be_read_is_refused(url: str) -> None:
    """In words of ours: the driver's might show the password."""
    with pytest.raises(UsageError) as raised:
        await open_store(url)
    assert raised.value.code == "store_url"
    assert str(raised.value) == (
        "the URL of a PostgreSQL store can't be read\n"
        "hint: write `postgresql://user:password@host/database`; in user and password, `%40` for `@`, `%2F` for `/`"
    )


@pytest.mark.parametrize("module", ["asyncpg", "greenlet"])
def test_a_missing_extra_is_named(module: str) -> None:
    """With what to install."""
    code = (
        "from dmnroute.errors import OperatorError\n"
        "sys.modules[sys.argv[1]] = None\n"
        "try: asyncio.run(open_store('postgresql://host/runs'))\n"
        "except OperatorError as error: print(error.code, error, sep='\\n')"
    )
    assert said_by(code, module) == (
        f"missing_extra\na store on PostgreSQL needs the extra `postgres`: module `{module}` is missing\n"
        "hint: pip install 'dmnroute[postgres]'\n"
    )


async def test_a_closed_store_says_so(store: Store) -> None:
    """Closing twice is fine, using it afterwards isn't."""
    await store.close()
    await store.close()
    for use in (store.states(), store.create([run()]), store.record(outcome("r1/1.1"), at=START)):
        with pytest.raises(OperatorError) as raised:
            await use
        assert raised.value.code == "store_closed"


async def held(store: Store, name: str, *, until: asyncio.Event, log: list[str]) -> None:
    async with store.locked(name):
        log.append(name)
        await until.wait()


async def test_more_runs_may_be_wanted_than_there_are_connections(postgres_url: str) -> None:
    """They take turns; whoever holds one can always read."""
    store = await open_store(postgres_url, connections=2)
    names = [f"r{number}" for number in range(12)]
    await store.create([run(name) for name in names])

    async def decide(name: str) -> None:
        async with store.locked(name) as locked:
            assert await store.reusable("ocr", "1", "x") is None
            await asyncio.sleep(0.01)
            assert len(await asyncio.gather(*(store.history(other) for other in names))) == 12
            await locked.write(hop(decision(name)))

    await asyncio.gather(*(decide(name) for name in names))
    assert {state.hop for state in await store.states()} == {1}
    await store.close()


async def test_those_who_wait_for_a_run_leave_the_others_alone(postgres_url: str) -> None:
    """However many they are, one connection is enough for them."""
    store = await open_store(postgres_url, connections=2)
    await store.create([run("r1"), run("r2")])
    done, log = asyncio.Event(), list[str]()
    waiting = [asyncio.create_task(held(store, "r1", until=done, log=log)) for _ in range(10)]
    while not log:
        await asyncio.sleep(0.01)
    await write(store, hop(decision("r2")), name="r2")
    assert log == ["r1"]
    done.set()
    await asyncio.gather(*waiting)
    assert log == ["r1"] * 10
    await store.close()


async def test_runs_held_elsewhere_do_not_take_all_connections(store: Store, postgres_url: str) -> None:
    """Whoever waits for a run gives its connection back for a while, now and then."""
    small = await open_store(postgres_url, connections=2)
    names = [f"r{number}" for number in range(4)]
    await store.create([run(name) for name in [*names, "free"]])
    done, log = asyncio.Event(), list[str]()
    holders = [asyncio.create_task(held(store, name, until=done, log=log)) for name in names]
    while len(log) < 4:
        await asyncio.sleep(0.01)
    waiting = [asyncio.create_task(write(small, hop(decision(name)), name=name)) for name in names]
    await asyncio.sleep(0.05)
    await write(small, hop(decision("free")), name="free")
    assert not any(task.done() for task in waiting)
    done.set()
    await asyncio.gather(*holders, *waiting)
    assert {state.hop for state in await store.states()} == {1}
    await small.close()


async def test_who_stops_waiting_leaves_nothing_behind(store: Store, postgres_url: str) -> None:
    """A task that is cancelled gives back its turn and its connection, whatever it was waiting for."""
    small = await open_store(postgres_url, connections=1)
    await store.create([run()])
    for seconds in (0, 0.001, 0.01, 0.1):
        async with store.locked("r1"):
            tasks = [asyncio.create_task(write(small, hop(decision()))) for _ in range(2)]
            await asyncio.sleep(seconds)
            for task in tasks:
                task.cancel()
            assert {type(end) for end in await asyncio.gather(*tasks, return_exceptions=True)} == {
                asyncio.CancelledError
            }
    await write(small, hop(decision()))
    assert (await state_of(store)).hop == 1
    await small.close()


async def test_a_run_is_free_when_its_holder_is_cancelled(store: Store, other: Store) -> None:
    """What it had written is gone."""
    await store.create([run()])
    inside = asyncio.Event()

    async def hold() -> None:
        async with store.locked("r1") as locked:
            await locked.write(hop(decision()))
            inside.set()
            await asyncio.Event().wait()

    holder = asyncio.create_task(hold())
    await inside.wait()
    holder.cancel()
    with suppress(asyncio.CancelledError):
        await holder
    await write(other, hop(decision(fingerprint="mine")))
    history = await store.history("r1")
    assert history is not None
    assert [each.decision.fingerprint for each in history.hops] == ["mine"]


async def test_a_run_that_is_held_with_a_hop_holds_nobody_else(store: Store, other: Store) -> None:
    """Events of other runs are told, and read, before it is left."""
    await store.create([run("r1"), run("r2")])
    async with store.locked("r1") as locked:
        await locked.write(hop(decision("r1")))
        await write(other, hop(decision("r2")), name="r2")
        assert [event.run for event in await other.events()] == ["r1", "r2", "r2"]
    assert [event.run for event in await other.events()] == ["r1", "r2", "r2", "r1"]


@pytest.mark.parametrize("end", ["COMMIT", "ROLLBACK"])
async def test_no_event_comes_in_behind_a_reader(store: Store, postgres_url: str, end: str) -> None:
    """Numbers are given before the commit: a reader who misses one waits for who has it. One given up stays a gap."""
    await store.tell("policy_refused", {"n": 1}, at=START)
    slow = await begin_telling(postgres_url)
    await store.tell("policy_refused", {"n": 3}, at=START)
    reading = asyncio.create_task(store.events())
    await asyncio.sleep(0.1)
    assert not reading.done()
    await store.tell("policy_refused", {"n": 4}, at=START)
    await slow.execute(end)
    assert [event.number for event in await reading] == ([1, 2, 3] if end == "COMMIT" else [1, 3])
    assert [event.number for event in await store.events(after=3)] == [4]
    await slow.close()


async def test_a_writer_that_stands_still_stops_no_reader(store: Store, postgres_url: str) -> None:
    """It gets what comes before, and the rest when the writer is gone."""
    await store.tell("policy_refused", {"n": 1}, at=START)
    still = await begin_telling(postgres_url)
    await store.tell("policy_refused", {"n": 3}, at=START)
    assert [event.number for event in await store.events()] == [1]
    assert [event.number for event in await store.events(after=1)] == []
    still.terminate()
    while len(await store.events()) < 2:
        await asyncio.sleep(0.01)
    assert [event.number for event in await store.events()] == [1, 3]


async def begin_telling(url: str) -> asyncpg.Connection:
    """A writer between its first number and its commit."""
    slow = await asyncpg.connect(url)
    await slow.execute(
        f"BEGIN; SELECT pg_advisory_xact_lock_shared({ORDER});"
        " INSERT INTO events (at, kind, data) VALUES (now(), 'policy_refused', '{\"n\": 2}')"
    )
    return slow


async def test_readers_and_writers_of_events_run_side_by_side(store: Store, other: Store) -> None:
    """A reader that goes on from the number it knows sees every event once."""
    names = [f"r{number}" for number in range(8)]
    await store.create([run(name) for name in names])
    seen: list[int] = []

    async def drive(name: str) -> None:
        for number in range(1, 6):
            await write(store, hop(decision(name, number)), name=name)
            with suppress(ZeroDivisionError):
                async with store.locked(name) as locked:
                    await locked.write(hop(decision(name, number + 1)))
                    _ = 1 / 0

    async def follow() -> None:
        while len(seen) < 8 + 8 * 5:
            found = await other.events(after=seen[-1] if seen else 0, limit=7)
            seen.extend(event.number for event in found)

    await asyncio.gather(follow(), *(drive(name) for name in names))
    assert seen == [event.number for event in await store.events()]


async def test_versions_of_a_policy_are_numbered_once(store: Store, other: Store) -> None:
    """Of two who add one at the same moment, the second takes the next number."""
    doors = [store, other] * 8
    kept = await asyncio.gather(
        *(door.keep_policy("intake", "a.dmn", b"%d" % number, at=START) for number, door in enumerate(doors))
    )
    assert sorted(policy.version for policy in kept) == list(range(1, 17))
    assert len(await store.events()) == 16


async def test_runs_added_in_any_order_lock_nobody(store: Store, other: Store) -> None:
    """Each is new once."""
    names = [f"r{number}" for number in range(30)]
    orders = [names, names[::-1]] * 3
    added = await asyncio.gather(
        *(
            door.create([run(name) for name in order])
            for door, order in zip([store, other, other] * 2, orders, strict=True)
        )
    )
    assert sum(added) == 30
    assert len(await store.events()) == 30


async def test_times_are_kept_in_utc(opener: Opener, postgres: Postgres, database: str) -> None:
    """To the microsecond, whatever zone the server is in."""
    assert postgres.sql("SHOW timezone", database=database) == "America/St_Johns"
    store = await opener()
    await store.create([run(started=later(0.000001))])
    assert (await state_of(store)).run.started == later(0.000001)
    assert postgres.sql("SELECT started FROM runs", database=database) == "2026-03-01 08:30:00.000001-03:30"
