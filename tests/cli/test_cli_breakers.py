"""`dmnroute breakers`: what is kept away, and switched by hand."""

from __future__ import annotations

from tests.cli.conftest import Bench, Cli
from tests.support.tables import route

from dmnroute.routing.canonical import loads

DONE = {"action": '"complete"'}
ASK_TWICE = route(["run.hop"], ["agent", "action"], [["1, 2", '"read_scan"', "null"], ["-", "null", '"complete"']])
"""An agent that can't run here."""


def watch(bench: Bench) -> None:
    (bench.root / "dmnroute.toml").write_text('store = "runs.db"\n[breakers.read_scan]\nerrors = 2\nopen = 3600\n')


def test_nobody_watches(bench: Bench, cli: Cli) -> None:
    """It is said how that is changed."""
    said = cli("breakers", "list")
    assert (said.code, said.out) == (0, "no breakers\n")
    assert said.err == "`[breakers.default]` in `dmnroute.toml` watches every agent\n"
    assert cli("breakers", "list", "--json").json == []


def test_a_breaker_is_listed_before_anybody_calls(bench: Bench, cli: Cli) -> None:
    """The settings watch it."""
    watch(bench)
    assert cli("breakers", "list").out == ("breaker    of     state   since  calls  why\nread_scan  agent  closed\n")


def test_what_its_calls_came_to(bench: Bench, cli: Cli) -> None:
    """Open for its time, with the reason; the rule is in the JSON."""
    watch(bench)
    (bench.root / "dmn" / "p.dmn").write_text(ASK_TWICE)
    cli("run", "p")
    (found,) = cli("breakers", "list", "--json").json
    assert (found["state"], found["who"], found["why"]) == ("open", None, "2 of 2 calls failed within 60 s")
    assert (found["rule"]["errors"], found["calls"], found["probes"]) == (2, 0, [])
    assert "read_scan  agent  open, a probe in " in cli("breakers", "list").out


def test_a_breaker_is_opened_and_closed_by_hand(bench: Bench, cli: Cli) -> None:
    """Who and why are kept; steps are refused meanwhile."""
    bench.save("p", {"agent": '"greet"'}, DONE)
    said = cli("breakers", "open", "greet", "--by", "ann", "--why", "it is rude")
    assert (said.code, said.out) == (0, "agent greet: open until somebody closes it\n")
    cli("run", "p", "--run-id", "r1")
    assert "greet  failed  0 USD  0 s  breaker_open: the breaker of agent `greet` is open" in cli("show", "r1").out
    (listed,) = cli("breakers", "list").out.splitlines()[1:]
    assert listed.startswith("greet    agent  open until somebody closes it  ")
    assert listed.endswith("not counted  by ann: it is rude")
    closed = cli("breakers", "close", "greet", "--by", "bob", "--json").json
    assert (closed["state"], closed["who"], closed["why"]) == ("closed", "bob", None)
    cli("run", "p", "--run-id", "r2")
    assert "greet  ok" in cli("show", "r2").out
    events = [loads(line) for line in cli("events", "--json").out.splitlines()]
    told = [event["kind"] for event in events if event["kind"].startswith("breaker")]
    assert told == ["breaker_opened", "breaker_closed"]


def test_a_breaker_is_opened_for_a_time(bench: Bench, cli: Cli) -> None:
    """A target may be one that nobody has called yet."""
    said = cli("breakers", "open", "openai/gpt-4o", "--for", "7200", "--by", "ann")
    assert said.out.startswith("target openai/gpt-4o: open, it closes in ")
    found = cli("breakers", "list", "--json").json[0]
    assert (found["of"], found["state"], found["until"] is None) == ("target", "open", False)


def test_a_misspelt_breaker_keeps_nobody_away(bench: Bench, cli: Cli) -> None:
    """So it is refused, opened or closed."""
    for what in ("open", "close"):
        said = cli("breakers", what, "great")
        assert (said.code, said.err) == (
            2,
            "error: no agent `great` was ever loaded; did you mean `greet`?\n"
            "hint: breakers are named by agents (`dmnroute agents`), or by targets behind them, `vendor/model`\n",
        )
