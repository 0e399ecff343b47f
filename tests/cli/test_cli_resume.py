"""`dmnroute resume`: which runs go on, and why the others don't."""

from __future__ import annotations

import asyncio
import os
import socket
from datetime import UTC, datetime, timedelta

from tests.cli.conftest import Bench, Cli

from dmnroute.local.owner import this_owner
from dmnroute.routing.records.run import Run
from dmnroute.store.open import open_store

GREET = {"agent": '"greet"'}
ASK = {"action": '"escalate"'}
DONE = {"action": '"complete"'}


def started(*names: str, policy: str = "p", owner: str = "", seconds: float = 60, parent: str | None = None) -> None:
    """Keep runs as a process that vanished would leave them: started, and perhaps leased."""

    async def keep() -> None:
        store, now = await open_store("runs.db"), datetime.now(UTC)
        for name in names:
            await store.create([Run(id=name, policy=policy, started=now, parent=parent)])
            if owner:
                await store.acquire(name, owner, now=now, until=now + timedelta(seconds=seconds))
        await store.close()

    asyncio.run(keep())


def test_open_runs_go_on_where_they_were(bench: Bench, cli: Cli) -> None:
    """All that nobody drives, each told with its end."""
    bench.save("p", GREET, DONE)
    started("r1", "r2")
    said = cli("resume", "--json")
    assert said.code == 0
    assert said.json == {"driven": {"r1": "completed", "r2": "completed"}, "left": {}, "cancelled": []}


def test_nothing_to_resume_is_said(bench: Bench, cli: Cli) -> None:
    """An empty store is no error."""
    assert cli("resume").out == "nothing to resume: no run is open\n"


def test_only_the_runs_named_go_on(bench: Bench, cli: Cli) -> None:
    """Others stay as they are."""
    bench.save("p", GREET, DONE)
    started("r1", "r2")
    assert cli("resume", "r2", "--json").json["driven"] == {"r2": "completed"}
    assert cli("runs", "--status", "running", "--json").json[0]["run"] == "r1"


def test_a_run_that_a_live_process_drives_is_left_alone(bench: Bench, cli: Cli) -> None:
    """This test's process is alive: it is named, and its run isn't touched."""
    bench.save("p", GREET, DONE)
    started("r1", owner=this_owner())
    said = cli("resume")
    assert (said.code, said.out) == (0, f"r1 left alone: {this_owner()} drives it\n")


def test_a_run_whose_process_vanished_goes_on_at_once(bench: Bench, cli: Cli) -> None:
    """Nobody waits for the lease of a dead process of this machine."""
    bench.save("p", GREET, DONE)
    started("r1", owner=f"{socket.gethostname()}/{os.getpid()}/1", seconds=3600)
    assert cli("resume", "--json").json["driven"] == {"r1": "completed"}


def test_stopped_runs_and_open_questions_are_left_with_the_way_on(bench: Bench, cli: Cli) -> None:
    """What has to happen first is named, command and all."""
    bench.save("stops", GREET)
    bench.save("asks", ASK, DONE)
    cli("run", "stops", "--run-id", "r1")
    cli("run", "asks", "--run-id", "r2")
    assert cli("resume").out.splitlines() == [
        "r1 left alone: it is stopped (no_match); `dmnroute retry r1` goes on once the policy is corrected",
        "r2 left alone: it waits for an answer; `dmnroute answer r2 --input …` gives it",
    ]


def test_a_question_that_nobody_answered_in_time_is_overdue(bench: Bench, cli: Cli) -> None:
    """The run goes on with the timeout."""
    bench.save("p", {**ASK, "wait": "0.001"}, {**DONE, "result": "last.status"})
    started("r1")
    assert cli("run", "p", "--run-id", "r1", "--json").json["status"] in ("escalated", "completed")
    cli("resume")
    assert cli("show", "r1", "--json").json["result"] == "timeout"


def test_a_child_goes_on_with_its_parent(bench: Bench, cli: Cli) -> None:
    """The parent is driven, the child within it: neither twice."""
    bench.save("child", {"action": '"wait"', "signal": '"go"'}, GREET, DONE)
    bench.save("parent", {"agent": '"run:child"'}, DONE)
    started("r1", policy="parent")
    started("r1/1.1", policy="child", parent="r1/1.1")
    cli("signal", "r1/1.1", "go", "--no-drive")
    said = cli("resume", "--json")
    assert said.json["driven"] == {"r1": "completed"}
    assert cli("show", "r1/1.1", "--json").json["status"] == "completed"


def test_a_child_that_is_named_goes_on_with_its_parent(bench: Bench, cli: Cli) -> None:
    """Driving the child alone would leave the parent standing."""
    bench.save("child", GREET, DONE)
    bench.save("parent", {"agent": '"run:child"'}, DONE)
    started("r1", policy="parent")
    cli("resume")
    bench.save("parent", {"agent": '["run:child", "greet"]'}, DONE)
    bench.save("child", {"action": '"wait"', "signal": '"go"'}, DONE)
    started("r2", policy="parent")
    started("r2/1.1", policy="child", parent="r2/1.1")
    cli("signal", "r2/1.1", "go", "--no-drive")
    assert cli("resume", "r2/1.1", "--json").json["driven"] == {"r2": "completed"}


def test_lines_of_several_runs_bear_their_names(bench: Bench, cli: Cli) -> None:
    """Runs are driven at once: every line says whose it is."""
    bench.save("p", GREET, DONE)
    started("r1", "r2")
    assert sorted(cli("resume").out.splitlines()) == [
        "r1 completed",
        "r1/1  greet  because rule 1",
        "r1/2  complete  because rule 2",
        "r2 completed",
        "r2/1  greet  because rule 1",
        "r2/2  complete  because rule 2",
    ]


def test_a_child_that_nobody_waits_for_is_cancelled(bench: Bench, cli: Cli) -> None:
    """Its parent has ended without it."""
    bench.save("p", DONE)
    cli("run", "p", "--run-id", "r1")
    started("r1/1.1", parent="r1/1.1")
    assert cli("resume").out == "r1/1.1 cancelled: its parent has gone on without it\n"
    assert cli("show", "r1/1.1", "--json").json["status"] == "cancelled"


def test_a_run_that_stops_makes_the_exit_code_1(bench: Bench, cli: Cli) -> None:
    """Somebody has to act: scripts see it."""
    bench.save("p", GREET)
    started("r1")
    said = cli("resume")
    assert (said.code, said.out.splitlines()[-1]) == (1, "r1 stopped")
