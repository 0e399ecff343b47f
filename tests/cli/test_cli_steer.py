"""`dmnroute steer`: what a person asks of a run that goes on, waits or is stopped."""

from __future__ import annotations

from tests.cli.conftest import Bench, Cli
from tests.support.tables import route

ASK = {"action": '"escalate"'}
DONE = {"action": '"complete"'}


def _waiting(bench: Bench, cli: Cli, *hops: dict[str, str]) -> None:
    bench.save("p", *hops)
    cli("run", "p", "--run-id", "r1")


def test_facts_wake_a_run_that_waits(bench: Bench, cli: Cli) -> None:
    """It is decided anew, at once; `show` tells who asked for what, and why."""
    _waiting(bench, cli, ASK, {**DONE, "result": "{tier: facts.greeting.tier, last: last.status}"})
    said = cli("steer", "r1", "--set", "greeting.tier=gold", "--by", "ann", "--why", "called in", "--json")
    assert (said.code, said.json["result"]) == (0, {"tier": "gold", "last": "resumed"})
    shown = cli("show", "r1").out
    assert '  facts {"greeting.tier": "gold"}  by ann: called in' in shown.replace("  1  ", "  ")
    assert "ended resumed by control 1; still running and cancelled: r1/1.1" in shown


def test_who_asks_is_the_user_of_the_machine(bench: Bench, cli: Cli) -> None:
    """Unless --by says otherwise."""
    import getpass

    _waiting(bench, cli, ASK, DONE)
    cli("steer", "r1", "--set", "a=1")
    assert [control["who"] for control in cli("show", "r1", "--json").json["controls"]] == [getpass.getuser()]


def test_an_agent_is_forced_for_one_hop(bench: Bench, cli: Cli) -> None:
    """The tables aren't asked at that hop; afterwards they are."""
    _waiting(bench, cli, ASK, {"agent": '"refuse"'}, {**DONE, "result": "facts.greeting"})
    said = cli("steer", "r1", "--force", "greet", "--by", "ann", "--why", "refuse is rude", "--json")
    assert said.json["result"] == "hello world"
    forced = said.json["hops"][1]["decision"]
    assert (forced["forced"], forced["plan"]["reason"], forced["rules"]) == (1, "forced by ann: refuse is rude", [])


def test_a_stopped_run_gets_the_result_of_its_failed_step(bench: Bench, cli: Cli) -> None:
    """It goes on by itself; the outcome is marked, and the agent's cost stays."""
    done = ["2", '"ok"', "null", '"complete"', "{a: facts.greeting, manual: last.outcomes[1].manual}"]
    rules = [["1", "-", '"refuse"', "null", "null"], done]
    (bench.root / "dmn" / "p.dmn").write_text(route(["run.hop", "last.status"], ["agent", "action", "result"], rules))
    assert cli("run", "p", "--run-id", "r1").code == 1
    said = cli("steer", "r1", "--result", '1.1={"greeting": "by hand"}', "--json")
    assert (said.code, said.json["result"]) == (0, {"a": "by hand", "manual": True})


def test_a_result_has_to_fit_the_agents_schema(bench: Bench, cli: Cli) -> None:
    """Nothing is kept of a wish that makes no sense, nor of those beside it."""
    _waiting(bench, cli, {"agent": '"refuse"'}, ASK, DONE)
    said = cli("steer", "r1", "--set", "a=1", "--result", '1.1={"greeting": [1]}')
    assert (said.code, said.err) == (
        2,
        "error: the output doesn't fit the schema of agent `refuse`: greeting: input should be a valid string\n",
    )
    assert cli("show", "r1", "--json").json["controls"] == []


def test_a_policy_is_switched(bench: Bench, cli: Cli) -> None:
    """From the next decision on; a version of before can be named."""
    _waiting(bench, cli, ASK, {**DONE, "result": '"first"'})
    bench.save("q", {}, {**DONE, "result": "run.policy"})
    bench.save("p", ASK, {**DONE, "result": '"second"'})
    assert cli("steer", "r1", "--policy", "p@1", "--json").json["result"] == "first"
    cli("run", "p", "--run-id", "r2")
    said = cli("steer", "r2", "--policy", "q", "--json")
    assert (said.json["result"], [hop["decision"]["policy"] for hop in said.json["hops"]]) == ("q", ["p", "q"])


def test_what_makes_no_sense_is_refused(bench: Bench, cli: Cli) -> None:
    """With what was meant, where one can tell."""
    _waiting(bench, cli, {"agent": '"greet"'}, ASK, DONE)
    errors = {
        (): "error: nothing to steer\nhint: change facts by `--set`, or see `dmnroute steer --help`\n",
        ("--forbid", "gret"): "error: unknown agent `gret`; did you mean `greet`?\n"
        "hint: known agents: `greet`, `read_scan`, `refuse`\n",
        ("--allow", "greet"): "error: agent `greet` isn't forbidden in run `r1`\n",
        ("--skip", "1.1"): "error: step `r1/1.1` has its result already\nhint: `--set` changes facts\n",
        (
            "--cancel",
            "7.1",
        ): "error: run `r1` has no step `r1/7.1`; did you mean `r1/2.1`?\nhint: `dmnroute show RUN` names its steps\n",
        ("--policy", "p@new"): "error: `new` is no version of a policy\nhint: as in `--policy p@3`\n",
        ("--set", "1a=2"): "error: `1a` is no name of a fact\nhint: as in `verdict` or `customer.tier`\n",
        ("--result", "1.1=[1]"): "error: step `r1/1.1` has its result already\nhint: `--set` changes facts\n",
    }
    for words, message in errors.items():
        said = cli("steer", "r1", *words)
        assert (said.code, said.err) == (2, message), words
    said = cli("steer", "r1", "--policy", "p@9")
    assert (said.code, said.err) == (1, "error: policy `p` has no version 9\n")


def test_a_run_that_ended_is_not_steered(bench: Bench, cli: Cli) -> None:
    """What happened stays."""
    _waiting(bench, cli, DONE)
    said = cli("steer", "r1", "--set", "a=1")
    assert (said.code, said.err) == (1, "error: run `r1` has ended (completed)\n")
