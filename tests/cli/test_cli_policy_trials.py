"""Shadows and canaries on the command line, and the runs that a version has stopped."""

from __future__ import annotations

import re
from pathlib import Path

from tests.cli.conftest import Bench, Cli
from tests.support.tables import route

GREET = {"agent": '"greet"'}
DONE = {"action": '"complete"'}
FAIL = {"action": '"fail"'}


def two_versions(bench: Bench, cli: Cli, *second: dict[str, str]) -> None:
    """Version 1 is active, version 2 has passed the gate."""
    bench.save("hello", GREET, DONE)
    assert cli("policy", "publish", "dmn/hello.dmn", "--by", "ann").code == 0
    bench.save("hello", *second)
    assert cli("policy", "publish", "dmn/hello.dmn", "--verify", "--by", "bob").code == 0


def steady(text: str) -> str:
    return re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC", "<moment>", text)


def test_a_shadow_is_told_of_the_policy_and_of_the_hop(bench: Bench, cli: Cli) -> None:
    """How many hops, from which rule to which; `show` and `explain` name it where it differs."""
    two_versions(bench, cli, GREET, FAIL)
    assert cli("policy", "shadow", "hello", 2, "--by", "bob").out == "hello: shadow version 2, by bob\n"
    assert cli("policy", "shadow", "hello", 2).out == "hello: version 2 is the shadow already\n"
    assert steady(cli("policy", "status", "hello").out) == (
        "hello: version 1 is active\n  version 2 is the shadow since <moment>: no hop yet\n"
    )
    assert cli("run", "hello", "--run-id", "r").code == 0
    assert steady(cli("policy", "status", "hello").out) == (
        "hello: version 1 is active\n"
        "  version 2 is the shadow since <moment>: 2 hops, 1 of them otherwise (50 %)\n"
        "decided           the shadow    hops  runs  example\n"
        "rule 2: complete  rule 2: fail  1     1     r 2\n"
    )
    assert "  shadow version 2: rule 2: fail\n" in cli("show", "r").out
    assert "\nshadow version 2: rule 2: fail\n" in cli("explain", "r", 2).out
    assert "\nshadow version 2: the same way\n" in cli("explain", "r", 1).out
    told = cli("policy", "status", "hello", "--json").json[0]["shadow"]
    assert (told["hops"], told["differing"], told["moves"][0]["example"]) == (2, 1, {"run": "r", "hop": 2})
    assert [each["verdict"] for each in cli("show", "r", "--json").json["shadows"]] == ["same", "differs"]
    assert cli("explain", "r", 2, "--json").json["shadow"]["verdict"] == "differs"
    assert cli("policy", "shadow", "hello", 2, "--json").json is None
    assert cli("policy", "shadow", "hello", "--end", "--by", "bob").out == "hello: unshadow version 2, by bob\n"
    assert cli("policy", "shadow", "hello", 2, "--json").json["kind"] == "shadow"
    cli("policy", "shadow", "hello", "--end")
    said = cli("policy", "shadow", "hello", "--end")
    assert (said.code, said.err) == (2, "error: policy `hello` has no shadow\n")


def test_a_shadow_needs_a_version_or_an_end(bench: Bench, cli: Cli) -> None:
    """Not both, and not none."""
    for more in ([], ["2", "--end"]):
        said = cli("policy", "shadow", "hello", *more)
        assert (said.code, said.err) == (2, "error: name the VERSION that becomes the shadow, or --end\n")


def guard(bench: Bench, *rules: list[str], reads: str = "canary.failed") -> str:
    text = route([reads], ["verdict", "reason"], list(rules)).replace("Route", "Guard")
    (Path(bench.root) / "guard.dmn").write_text(text)
    return "guard.dmn"


def test_a_guard_takes_a_canary_back_when_a_run_ends(bench: Bench, cli: Cli) -> None:
    """The run says which version decides it; the log says who took it back, and why."""
    two_versions(bench, cli, GREET, FAIL)
    table = guard(bench, ["> 0", '"rollback"', '"it fails"'])
    said = cli("policy", "canary", "hello", 2, "--guard", table, "--by", "ann")
    assert said.out == "hello: canary version 2, guarded by guard.dmn, by ann\n"
    assert cli("policy", "judge", "hello").out.splitlines()[-1] == "continue: no rule of its guard"
    assert "100 % of new runs, with a guard\n" in cli("policy", "status", "hello").out
    said = cli("run", "hello", "--run-id", "r")
    assert said.out.splitlines()[0] == "r  policy hello version 2"
    assert steady(cli("policy", "log", "hello").out).splitlines()[-1] == (
        "<moment>  rollback version 2, by guard: rule 1 of its guard (it fails):"
        " canary 1 of 1 runs went wrong, 0 of 1 asked people; active 0 of 0 runs went wrong, 0 of 0 asked people"
    )
    judged = cli("policy", "log", "hello", "--json").json[-1]["judged"]
    assert (judged["verdict"], judged["seen"]["canary"]["error_rate"]) == ("rollback", 1)
    assert judged["seen"]["active"]["error_rate"] is None
    assert cli("run", "hello", "--run-id", "s").out.splitlines()[0] == "s  policy hello version 1"
    said = cli("policy", "judge", "hello")
    assert (said.code, said.err) == (2, "error: policy `hello` has no canary\n")


def test_another_guard_may_be_tried_and_does_nothing(bench: Bench, cli: Cli) -> None:
    """Only the canary's own guard acts."""
    two_versions(bench, cli, GREET, FAIL)
    assert cli("policy", "canary", "hello", 2, "--share", "1", "--json").json["share"] == 1
    said = cli("policy", "judge", "hello")
    assert (said.code, said.err) == (2, "error: policy `hello` has a canary without a guard\n")
    cli("run", "hello", "--run-id", "r")
    table = guard(bench, ["> 0", '"rollback"', "null"])
    said = cli("policy", "judge", "hello", "--guard", table)
    assert said.out.splitlines()[-1] == "rollback: rule 1 of its guard"
    assert cli("policy", "judge", "hello", "--guard", table, "--json").json["change"] is None
    assert cli("policy", "status", "hello", "--json").json[0]["canary"]["version"] == 2


def test_a_canary_that_makes_no_sense_is_refused(bench: Bench, cli: Cli) -> None:
    """A share that is none, a file that isn't there, a guard with a name that doesn't exist."""
    two_versions(bench, cli, GREET, FAIL)
    said = cli("policy", "canary", "hello", 2, "--share", "10")
    assert (said.code, said.err) == (2, "error: `10` is no share\nhint: a number above 0, up to 1: 0.1 is a tenth\n")
    said = cli("policy", "canary", "hello", 2, "--guard", "nowhere.dmn")
    assert (said.code, said.err) == (1, "error: `nowhere.dmn` can't be read: No such file or directory\n")
    said = cli(
        "policy", "canary", "hello", 2, "--guard", guard(bench, ["> 1", '"rollback"', "null"], reads="canary.rums")
    )
    assert said.code == 1
    assert said.err.startswith("error: unknown name `canary.rums`; did you mean `canary.runs`?\n")
    assert cli("policy", "status", "hello", "--json").json[0]["canary"] is None


def test_stopped_runs_are_offered_wherever_a_version_becomes_active(bench: Bench, cli: Cli) -> None:
    """Also by a rollback, and as JSON."""
    bench.save("hello", GREET, DONE)
    cli("policy", "publish", "dmn/hello.dmn")
    bench.save("hello", {"agent": '"greet"', "wait": '"nonsense"'}, DONE)
    cli("policy", "publish", "dmn/hello.dmn")
    assert cli("run", "hello", "--run-id", "r").code == 1
    said = cli("policy", "rollback", "hello", "--by", "ann")
    assert said.out == (
        "hello: version 2 is taken back by ann; version 1 decides\n"
        "  stopped by this policy: r; `--retry` lets them go on\n"
    )
    told = cli("policy", "activate", "hello", 1, "--retry", "--json").json
    assert (told["stopped"], told["retried"]) == (["r"], ["r"])
    assert cli("resume").out.splitlines()[-1] == "r completed"


def test_a_table_may_be_published_for_later(bench: Bench, cli: Cli) -> None:
    """It passes the gate now, and decides then; until then the one before does."""
    bench.save("hello", GREET, DONE)
    cli("policy", "publish", "dmn/hello.dmn")
    bench.save("hello", GREET, FAIL)
    said = cli("policy", "publish", "dmn/hello.dmn", "--from", "2999-01-01", "--until", "2999-02-01")
    assert said.out.splitlines()[:2] == [
        "hello: version 2 is verified",
        "  it decides from 2999-01-01 00:00 until 2999-02-01 00:00",
    ]
    assert cli("run", "hello", "--run-id", "r").out.splitlines()[0] == "r  policy hello version 1"
    given = ("--input", 'run={"hop": 2}', "--json")
    found = {
        moment: cli("eval", "hello", "Route", "--as-of", moment, *given).json["value"]["action"]
        for moment in ("2998-12-31", "2999-01-15", "2999-02-01")
    }
    assert found == {"2998-12-31": "complete", "2999-01-15": "fail", "2999-02-01": "complete"}
    said = cli("policy", "publish", "dmn/hello.dmn", "--verify", "--until", "2999-02-01")
    assert (said.code, said.err) == (2, "error: --from and --until go with a version that becomes active\n")
