"""`dmnroute run export` and `dmnroute run import`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import Bench, Cli

from dmnroute.routing.stored_history import read_runs

GREET = {"agent": '"greet"'}
DONE = {"action": '"complete"', "result": '{said: facts.greeting, by: "us"}'}
ASK = {"action": '"escalate"', "group": '"desk"'}


@pytest.fixture
def order(bench: Bench, cli: Cli) -> Bench:
    """A run about Ada."""
    bench.save("hello", GREET, DONE)
    assert cli("run", "hello", "--input", "name=Ada", "--run-id", "ada-17", "--tag", "customer=Lovelace").code == 0
    return bench


def only(file: Path) -> Any:
    (history,) = read_runs(file.read_bytes()).histories
    return history


def test_an_exported_run_says_nothing_of_people_and_replays(order: Bench, cli: Cli) -> None:
    """It tells which fields were replaced; the file holds all that its replay takes."""
    said = cli("run", "export", "ada-17", "-o", "run.json")
    assert (said.code, said.err) == (0, "")
    assert said.out.splitlines() == [
        "wrote 1 run to run.json",
        "replaced 3 values in 4 fields",
        "field              values",
        "facts.greeting     1",
        "run.id             1",
        "run.input.name     1",
        "run.tags.customer  1",
    ]
    text = Path("run.json").read_text()
    assert [word for word in ("Ada", "Lovelace", "ada-17") if word in text] == []
    Path("dmn/hello.dmn").unlink()
    assert cli("replay", "run.json").out == "2 decisions of 1 run taken once more: no divergence\n"
    assert cli("explain", "run.json", "2").code == 0


def test_an_export_goes_to_stdout_without_a_file(order: Bench, cli: Cli) -> None:
    """The same text; with --json and a file, stdout tells of it."""
    said = cli("run", "export", "ada-17")
    assert said.json["format"] == 2
    told = cli("run", "export", "ada-17", "-o", "run.json", "--json")
    name = only(Path("run.json")).run.id
    assert Path("run.json").read_text() == said.out
    assert told.json["runs"] == [name]
    assert told.json["redaction"]["fields"]["run.input.name"] == 1


def test_as_it_is_replaces_nothing(order: Bench, cli: Cli) -> None:
    """And says so."""
    said = cli("run", "export", "ada-17", "--as-it-is", "-o", "run.json")
    assert said.err == "nothing was replaced: the file says all that the runs know\n"
    assert only(Path("run.json")).run.input == {"name": "Ada"}
    assert cli("run", "export", "ada-17", "--as-it-is", "--keep", "x").err.startswith(
        "error: --as-it-is goes without --redact and --keep"
    )


def test_imported_runs_are_shown_explained_and_replayed(order: Bench, cli: Cli) -> None:
    """In a store of their own, or beside the run itself; importing twice is importing once."""
    cli("run", "export", "ada-17", "-o", "run.json")
    name = only(Path("run.json")).run.id
    for store in ("other.db", "runs.db"):
        assert cli("--store", store, "run", "import", "run.json").out == f"{name}  imported, 2 hops, completed\n"
        assert cli("--store", store, "run", "import", "run.json").out == f"{name}  is there already\n"
        shown = cli("--store", store, "show", name)
        assert shown.out.startswith(f"{name}  completed\npolicy   hello\n")
    assert cli("replay", "--all").out == "4 decisions of 2 runs taken once more: no divergence\n"
    document = cli("--store", "third.db", "run", "import", "run.json", "--json").json
    assert document == [{"run": name, "new": True, "status": "completed", "hops": 2}]


def test_versions_get_the_numbers_of_the_store(order: Bench, cli: Cli) -> None:
    """Where the store has another version of that number, the imported one is added."""
    cli("run", "export", "ada-17", "-o", "run.json", "--keep", "run.id")
    order.save("hello", DONE | {"result": '"another"'})
    cli("--store", "other.db", "run", "hello", "--run-id", "own")
    assert cli("--store", "other.db", "run", "import", "run.json").code == 0
    shown = cli("--store", "other.db", "show", "ada-17", "--json").json
    assert [hop["decision"]["version"] for hop in shown["hops"]] == [2, 2]
    assert cli("--store", "other.db", "replay", "--all").out == "3 decisions of 2 runs taken once more: no divergence\n"


def test_a_run_that_had_not_ended_stands_still_where_it_is_imported(bench: Bench, cli: Cli) -> None:
    """Nobody goes on with it by itself; a fork does."""
    bench.save("hello", ASK, DONE)
    cli("run", "hello", "--run-id", "r1")
    cli("run", "export", "r1", "-o", "run.json", "--keep", "run.id")
    cli("--store", "other.db", "run", "import", "run.json")
    assert "stopped (imported)" in cli("--store", "other.db", "runs").out
    resumed = cli("--store", "other.db", "resume")
    assert "it is stopped (imported)" in resumed.out + resumed.err
    forked = cli("--store", "other.db", "fork", "r1", "--at", "1", "--no-drive")
    assert forked.code == 0


def test_a_fork_brings_the_run_it_began_in(order: Bench, cli: Cli) -> None:
    """Both are in the file, and both are imported, whatever their order."""
    cli("fork", "ada-17", "--at", "2")
    cli("run", "export", "ada-17-fork1", "-o", "run.json", "--keep", "run.id")
    assert {history.run.id for history in read_runs(Path("run.json").read_bytes()).histories} == {
        "ada-17",
        "ada-17-fork1",
    }
    said = cli("--store", "other.db", "run", "import", "run.json")
    assert said.out.splitlines() == [
        "ada-17  imported, 2 hops, completed",
        "ada-17-fork1  imported, 2 hops, completed",
    ]
    assert cli("--store", "other.db", "replay", "--all").out == "4 decisions of 2 runs taken once more: no divergence\n"


def test_another_run_of_that_id_stays(order: Bench, cli: Cli) -> None:
    """Nothing is written then."""
    cli("run", "export", "ada-17", "-o", "run.json", "--keep", "run.id")
    cli("--store", "other.db", "run", "hello", "--run-id", "ada-17")
    said = cli("--store", "other.db", "run", "import", "run.json")
    assert (said.code, said.err) == (
        1,
        "error: the store has another run `ada-17`\n"
        "hint: import it into a store of its own: `dmnroute --store imported.db run import …`\n",
    )


def test_what_can_not_be_read_or_written_is_said(order: Bench, cli: Cli) -> None:
    """A run that isn't there, a file that is none, a folder that is missing."""
    assert cli("run", "export", "ada-18").err.startswith("error: unknown run `ada-18`; did you mean `ada-17`?")
    assert cli("run", "import", "nowhere.json").code == 2
    Path("broken.json").write_text("{}")
    assert cli("run", "import", "broken.json").err == "error: this is no history of a run: format: field required\n"
    said = cli("run", "export", "ada-17", "-o", "nowhere/run.json")
    assert (said.code, said.err) == (1, "error: can't write `nowhere/run.json`: no such file or directory\n")


def test_run_starts_a_run_whatever_stands_first(bench: Bench, cli: Cli) -> None:
    """A policy, an option, or the command by its name: also for a policy that is named as a command is."""
    bench.save("export", DONE)
    assert cli("run", "--run-id", "a", "export").code == 0
    assert cli("run", "start", "export", "--run-id", "b").code == 0
    bench.save("hello", DONE)
    assert cli("run", "--run-id", "c", "hello").code == 0
    assert cli("run", "hello", "--run-id", "d").code == 0
    assert (
        cli("run").err == "error: missing argument `POLICY`\nhint: `dmnroute run start --help` shows how it is called\n"
    )
    assert "export  Write runs to a file" in cli("run", "--help").out
