"""The file of a SQLite store: its tables, its settings, and what is said when it can't be used."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, event, inspect
from sqlalchemy.engine import Engine
from tests.store.samples import START, decision, hop, later, outcome, run, state_of, write

from dmnroute.errors import OperatorError, UsageError
from dmnroute.store.memory.store import MemoryStore
from dmnroute.store.migrations import FOLDER
from dmnroute.store.open import open_store
from dmnroute.store.schema import SCHEMA, metadata
from dmnroute.store.sql import translation


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.db"


def content(path: Path) -> bytes:
    return path.read_bytes()


def fill(path: Path, data: bytes) -> None:
    path.write_bytes(data)


@contextmanager
def listening(name: str, listener: Callable[..., Any]) -> Iterator[None]:
    """Listen to every engine of SQLAlchemy."""
    event.listen(Engine, name, listener)
    try:
        yield
    finally:
        event.remove(Engine, name, listener)


async def made(path: Path) -> None:
    store = await open_store(str(path))
    await store.create([run()])
    await store.close()


async def test_migrations_make_the_tables_of_the_schema(path: Path) -> None:
    """Alembic finds nothing to add, to change or to remove."""
    await made(path)
    engine = create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
        assert set(inspect(connection).get_table_names()) == {*metadata.tables, "alembic_version"}
    engine.dispose()


async def test_migrated_tables_are_declared_as_the_schema_says(path: Path) -> None:
    """Types and constraints in the words of SQLite: a JSON column is a text there, so that its numbers stay exact."""
    await made(path)
    fresh = path.with_name("fresh.db")
    engine = create_engine(f"sqlite:///{fresh}")
    metadata.create_all(engine)
    engine.dispose()
    migrated, wanted = _columns(path), _columns(fresh)
    assert migrated == wanted
    assert migrated["runs"]["input"] == migrated["runs"]["cost"] == "TEXT"


def _columns(path: Path) -> dict[str, dict[str, str]]:
    with closing(sqlite3.connect(path)) as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        tables = {name: connection.execute(f"PRAGMA table_info({name})").fetchall() for name in names}
    return {name: {row[1]: row[2] for row in rows} for name, rows in tables.items() if name in metadata.tables}


def test_the_schema_is_the_latest_migration() -> None:
    """The number that lets an opener skip Alembic is the one that Alembic ends at."""
    assert ScriptDirectory(FOLDER).get_heads() == [SCHEMA]


async def test_a_store_that_is_current_opens_without_alembic(path: Path) -> None:
    """Start-up is fast: Alembic isn't even imported."""
    await made(path)
    assert not imports(str(path), "alembic")


def test_a_store_in_memory_needs_no_database_library() -> None:
    """SQLAlchemy is imported when a file is opened."""
    assert not imports("memory:", "sqlalchemy")


def imports(url: str, module: str) -> bool:
    """Whether a process that opens this store imports this module."""
    code = (
        "import asyncio, sys; from dmnroute.store.open import open_store\n"
        "store = asyncio.run(open_store(sys.argv[1])); print(sys.argv[2] in sys.modules); asyncio.run(store.close())"
    )
    command = [sys.executable, "-c", code, url, module]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout == "True\n"


async def test_a_store_is_there_after_closing(path: Path) -> None:
    """Opened again it holds what it held; the log is folded into the file."""
    await made(path)
    assert [each.name for each in path.parent.iterdir()] == ["store.db"]
    store = await open_store(f"sqlite:///{path}")
    assert (await state_of(store)).run == run()
    await store.close()


async def test_writing_goes_through_a_log_beside_the_file(path: Path) -> None:
    """So that readers don't wait for writers."""
    store = await open_store(str(path))
    await store.create([run()])
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert path.with_name("store.db-wal").stat().st_size > 0
    await store.close()


async def test_history_takes_one_query_for_each_table(path: Path) -> None:
    """However many hops there are; the row of the run is one more."""
    store = await open_store(str(path))
    await store.create([run()])
    for number in range(1, 21):
        await write(store, hop(decision(hop=number), outcomes=[outcome(f"r1/{number - 1}.1")]))
    statements: list[str] = []
    with listening("before_cursor_execute", lambda *given: statements.append(given[2])):
        history = await store.history("r1")
    await store.close()
    assert history is not None
    assert len(list(history.outcomes())) == 19
    tables = [line.split("FROM ")[1].split()[0] for line in statements if "SELECT" in line]
    assert sorted(tables) == ["controls", "decisions", "runs", "signals", "steps"]


async def test_looking_for_a_reusable_outcome_uses_the_index(path: Path) -> None:
    """Also among millions of steps."""
    await made(path)
    with closing(sqlite3.connect(path)) as connection:
        query = "SELECT * FROM steps WHERE type = '' AND version = '' AND input_digest = '' AND status = 'ok'"
        plan = connection.execute(f"EXPLAIN QUERY PLAN {query}").fetchall()
    assert "USING INDEX ix_steps_type_version_input_digest_status" in plan[0][3]


async def test_folders_are_made(tmp_path: Path) -> None:
    """A store may be named in a folder that isn't there yet; a path may hold any character."""
    for name in ("a/b/c.db", "100%.db", "what?.db", "a b#.db"):
        store = await open_store(str(tmp_path / name))
        await store.close()
        assert (tmp_path / name).is_file()


async def test_urls_name_stores() -> None:
    """`memory:` is one of its own each time."""
    first, second = await open_store("memory:"), await open_store("memory:")
    assert isinstance(first, MemoryStore)
    await first.create([run()])
    assert await second.states() == []


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("mysql://ann:secret@host/runs", "mysql"),
        ("sqlite://", "sqlite"),
        ("sqlite:///", "sqlite"),
        ("", ""),
        (":memory:", ":memory:"),
    ],
)
async def test_an_unknown_kind_of_store_is_refused(url: str, kind: str) -> None:
    """Without showing the password."""
    with pytest.raises(UsageError) as raised:
        await open_store(url)
    assert raised.value.code == "store_url"
    assert str(raised.value) == (
        f"`{kind}` is no kind of store\n"
        "hint: write `memory:`, `sqlite:///runs.db`, the path of a file, or `postgresql://host/database`"
    )


async def test_a_file_that_is_no_store_is_left_alone(path: Path) -> None:
    """The message names the file; nothing of it changes."""
    text = b"dear diary, " * 500
    fill(path, text)
    with pytest.raises(OperatorError) as raised:
        await open_store(str(path))
    assert raised.value.code == "store_corrupt"
    assert str(raised.value) == (
        f"store `{path}` is damaged, or no store (file is not a database)\n"
        "hint: restore it from a backup, or name another file"
    )
    assert content(path) == text


async def test_a_damaged_store_says_so(path: Path) -> None:
    """When it is read; not before, and not as an error of the caller."""
    await made(path)
    whole = content(path)
    fill(path, whole[:4096] + b"\xa5" * (len(whole) - 4096))
    with pytest.raises(OperatorError) as raised:
        await open_store(str(path))
    assert raised.value.code == "store_corrupt"


async def test_a_value_that_is_damaged_says_so(path: Path) -> None:
    """A text that isn't JSON any more is the operator's business."""
    await made(path)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE runs SET input = '{'")
    store = await open_store(str(path))
    with pytest.raises(OperatorError) as raised:
        await store.state("r1")
    await store.close()
    assert raised.value.code == "store_corrupt"


async def test_a_folder_is_no_store(tmp_path: Path) -> None:
    """Neither is a path below a file."""
    with pytest.raises(OperatorError) as raised:
        await open_store(str(tmp_path))
    assert raised.value.code == "store_unavailable"
    assert str(raised.value) == (
        f"store `{tmp_path}` can't be used (unable to open database file)\n"
        "hint: check that the file and its folder exist and can be written"
    )
    (tmp_path / "file").touch()
    with pytest.raises(OperatorError, match=r"the folder of store `.*` can't be made"):
        await open_store(str(tmp_path / "file" / "store.db"))


async def test_a_store_of_a_newer_release_is_left_alone(path: Path) -> None:
    """Nothing is guessed about tables that aren't known yet."""
    await made(path)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(OperatorError) as raised:
        await open_store(str(path))
    assert raised.value.code == "store_newer"
    assert str(raised.value) == (
        f"store `{path}` was written by a newer dmnroute (schema 9999, this one knows {SCHEMA})\n"
        "hint: install the newer release"
    )


async def test_a_full_disk_loses_nothing(path: Path) -> None:
    """The write is refused; what was there stays, and smaller writes go on."""
    with listening("connect", lambda connection, record: connection.execute("PRAGMA max_page_count = 100")):
        await made(path)
        store = await open_store(str(path))
        with pytest.raises(OperatorError) as raised:
            await store.create([run("r2"), run("r3", input={"text": "x" * 1_000_000})])
        assert raised.value.code == "store_full"
        assert str(raised.value) == (
            f"store `{path}` can't grow: the disk is full (database or disk is full)\n"
            "hint: free space on the disk; nothing is lost"
        )
        assert await store.create([run("r4")]) == 1
        assert [state.run.id for state in await store.states()] == ["r1", "r4"]
        await store.close()


async def test_a_closed_store_says_so(path: Path) -> None:
    """Closing twice is fine, using it afterwards isn't."""
    store = await open_store(str(path))
    await store.close()
    await store.close()
    for use in (store.states(), store.create([run()]), store.record(outcome("r1/1.1"), at=START)):
        with pytest.raises(OperatorError) as raised:
            await use
        assert raised.value.code == "store_closed"
        assert str(raised.value) == f"store `{path}` is closed"


async def test_threads_and_connections_end_with_the_store(path: Path) -> None:
    """The file can be removed, also on systems that keep open files."""
    store = await open_store(str(path))
    await store.create([run()])
    await store.acquire("r1", "ann", now=START, until=later(1))
    await store.states()
    assert len(_threads()) == 2
    await store.close()
    assert _threads() == []


def _threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("dmnroute-store")]


def test_every_result_code_of_sqlite_is_sorted() -> None:
    """What an operator can't mend is a mistake of ours: a statement, a type, a constraint."""
    ours = "ERROR INTERNAL ABORT INTERRUPT NOTFOUND EMPTY SCHEMA TOOBIG CONSTRAINT MISMATCH MISUSE FORMAT RANGE"
    codes = {getattr(sqlite3, f"SQLITE_{name}") for name in f"{ours} NOTICE WARNING".split()}
    assert set(translation.SQLITE_CODES) | codes == set(range(1, 29))
    assert not set(translation.SQLITE_CODES) & codes
