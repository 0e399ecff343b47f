"""`dmnroute pause`, `pauses`, `resume` and `release`: what is held, by whom, and how it goes on."""

from __future__ import annotations

import pytest
from tests.cli.conftest import Bench, Cli

from dmnroute.errors import UsageError
from dmnroute.router.pacing import Pace, pace_of

GREET = {"agent": '"greet"'}
DONE = {"action": '"complete"', "result": "facts.greeting"}


def test_runs_that_start_while_everything_is_paused_are_held(bench: Bench, cli: Cli) -> None:
    """They are listed as paused; one is released alone, the others go on when the pause is lifted."""
    bench.save("p", GREET, DONE)
    assert cli("pause", "--all", "--by", "ann", "--why", "wrong prices").out == (
        "everything is paused by ann: wrong prices\n"
    )
    for run in ("r1", "r2"):
        assert cli("run", "p", "--run-id", run).code == 0
    [held] = cli("pauses", "--json").json
    assert (held["scope"], held["who"], held["why"], held["holds"]) == ("all", "ann", "wrong prices", 2)
    assert [run["paused"]["scope"] for run in cli("runs", "--json").json] == ["all", "all"]
    assert "paused   since" in cli("show", "r1").out
    released = cli("release", "--policy", "p", "--limit", "1", "--rate", "100/s", "--json").json
    assert released == {"released": ["r1"], "rested": {"r1": "completed"}}
    assert cli("resume", "--json").json["left"] == {
        "r2": "everything is paused by ann: wrong prices; `dmnroute resume --all` lifts it"
    }
    resumed = cli("resume", "--all", "--json").json
    assert (resumed["driven"], [pause["scope"] for pause in resumed["lifted"]]) == ({"r2": "completed"}, ["all"])
    assert cli("pauses").out == "nothing is paused\n"


def test_a_run_that_is_named_is_no_longer_paused(bench: Bench, cli: Cli) -> None:
    """`resume RUN` lifts its pause and drives it."""
    bench.save("p", {"action": '"wait"', "signal": '"go"'}, DONE)
    bench.save("q", {"action": '"escalate"'}, DONE)
    cli("run", "q", "--run-id", "r1")
    cli("pause", "r1", "--by", "ann")
    answered = cli("answer", "r1", "--input", "a=1")
    assert (answered.code, answered.out.splitlines()[-1]) == (
        0,
        "a pause holds it: `dmnroute pauses` says whose, and why",
    )
    assert cli("resume", "r1", "--json").json["driven"] == {"r1": "completed"}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["pause"], "name runs, or give --tenant, --agent or --all"),
        (["pause", "--all", "--tenant", "a"], "--all goes alone"),
        (["pause", "--all", "--timers", "sleep"], "--timers `sleep` is neither `stand` nor `run`"),
        (["pause", "--agent", "great"], "unknown agent `great`; did you mean `greet`?"),
        (["release", "--rate", "fast"], "`fast` is no rate"),
    ],
)
def test_what_makes_no_sense_is_refused(bench: Bench, cli: Cli, words: list[str], message: str) -> None:
    """Before anything is kept."""
    bench.save("p", GREET, DONE)
    said = cli(*words)
    assert (said.code, said.err.splitlines()[0]) == (2, f"error: {message}")
    assert cli("pauses", "--json").json == []


def test_what_isnt_paused_cant_be_lifted(bench: Bench, cli: Cli) -> None:
    """It is said."""
    bench.save("p", GREET, DONE)
    assert cli("resume", "--tenant", "acme").err.startswith("error: tenant `acme` isn't paused\n")


def test_runs_are_let_go_at_a_pace() -> None:
    """One each so many seconds; the jitter of a run is always the same."""
    assert pace_of("30/min", jitter=0).moments(["a", "b", "c"]) == [(0.0, "a"), (2.0, "b"), (4.0, "c")]
    late = Pace(every=0, jitter=5).moments(["a", "b", "c"])
    assert late == sorted(Pace(every=0, jitter=5).moments(["a", "b", "c"]))
    assert all(0 <= moment <= 5 for moment, _ in late)
    with pytest.raises(UsageError):
        pace_of("0/s", jitter=0)
