"""`dmnroute fork`, `rerun`, `redrive` and `dead-letters`."""

from __future__ import annotations

from tests.cli.conftest import Bench, Cli
from tests.cli.test_cli_looking import without_times

GREET = {"agent": '"greet"'}
DONE = {"action": '"complete"'}
REFUSE = {"agent": '["refuse", "greet"]'}
FAIL = {"action": '"fail"', "reason": '"nobody was greeted"'}


def test_a_fork_goes_another_way_from_a_hop(bench: Bench, cli: Cli) -> None:
    """By the table as it is now; what was done isn't done again."""
    bench.save("hello", GREET, FAIL)
    assert cli("run", "hello", "--run-id", "r1").code == 1
    bench.save("hello", GREET, DONE)
    said = cli("fork", "r1", "--at", "2", "--set", "greeting=good evening", "--by", "ada")
    assert said.code == 0
    assert without_times(said.out).splitlines() == [
        "r1-fork1  forked from r1 after 1 of its 2 hops",
        "   2  complete  because rule 2",
        "r1-fork1 completed after 2 hops, 0.1 USD, <seconds>",
        "{",
        '  "greeting": "good evening"',
        "}",
    ]
    assert "forked   from r1 after hop 1" in cli("show", "r1-fork1").out.splitlines()
    assert cli("replay", "--all").out == "4 decisions of 2 runs taken once more: no divergence\n"


def test_the_same_fork_is_made_once(bench: Bench, cli: Cli) -> None:
    """Under the id that was given; another run of that id is an error."""
    bench.save("hello", GREET, DONE)
    cli("run", "hello", "--run-id", "r1")
    assert cli("fork", "r1", "--at", "2", "--run-id", "f", "--json").json["run"] == "f"
    assert cli("fork", "r1", "--at", "2", "--run-id", "f").code == 0
    said = cli("fork", "r1", "--at", "1", "--run-id", "f")
    assert (said.code, said.err) == (1, "error: there is another run `f`\nhint: name the fork otherwise\n")


def test_steps_are_done_once_more(bench: Bench, cli: Cli) -> None:
    """In a fork; a step that isn't there is an error."""
    bench.save("hello", REFUSE, DONE)
    cli("run", "hello", "--run-id", "r1")
    said = cli("rerun", "r1", "1.2")
    assert said.code == 0
    assert said.out.splitlines()[0] == "r1-rerun1  forked from r1 after 1 of its 2 hops"
    assert cli("rerun", "r1", "7.1").err == (
        "error: run `r1` has no step `r1/7.1`\nhint: `dmnroute show RUN` names its steps\n"
    )


def test_dead_letters_say_why_and_what_to_do(bench: Bench, cli: Cli) -> None:
    """Failed and stopped runs; what was redriven isn't dead any more."""
    assert cli("dead-letters").out == "no dead letters\n"
    bench.save("fails", REFUSE, FAIL)
    bench.save("stops", GREET)
    cli("run", "fails", "--run-id", "r1")
    cli("run", "stops", "--run-id", "r2")
    assert without_times(cli("dead-letters").out).splitlines() == [
        "run  status   since (UTC)       reason                                way on",
        "r2   stopped  <minute>  no_match: no rule of `Route` matches  dmnroute retry r2",
        "r1   failed   <minute>  nobody was greeted                    dmnroute redrive r1",
    ]
    said = cli("redrive", "--failed")
    assert (said.code, said.out.splitlines()[-1]) == (1, "r1 redriven as r1-redrive1: failed")
    assert [each["run"] for each in cli("dead-letters", "--json").json] == ["r1-redrive1", "r2"]


def test_what_can_not_be_redriven_is_said(bench: Bench, cli: Cli) -> None:
    """A run that goes on, one that went well, or none at all."""
    bench.save("hello", GREET, DONE)
    cli("run", "hello", "--run-id", "r1")
    assert cli("redrive", "r1").err == (
        "error: no step of run `r1` went wrong in its latest hop\n"
        "hint: `dmnroute fork r1 --at HOP` decides a hop anew\n"
    )
    assert cli("redrive", "--failed").out == "nothing to redrive\n"
    assert cli("redrive").code == 2
    assert cli("redrive", "r1", "--policy", "p").err == "error: --policy, --tag and --limit go with --failed\n"
