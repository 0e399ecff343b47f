"""The life of a version on the command line: published, active, taken back, in Git."""

from __future__ import annotations

import re

import pytest
from tests.cli.conftest import Bench, Cli

GREET = {"agent": '"greet"'}
DONE = {"action": '"complete"'}


def hello(bench: Bench, reason: str) -> str:
    return str(bench.save("hello", {**GREET, "reason": f'"{reason}"'}, DONE).relative_to(bench.root))


def test_a_table_is_published_and_decides(bench: Bench, cli: Cli) -> None:
    """Saving the file changes nothing from then on."""
    file = hello(bench, "first")
    assert cli("policy", "publish", file, "--by", "ann").out == "hello: version 1 is active\n"
    assert cli("policy", "publish", file, "--by", "ann").out == "hello: version 1 is active already\n"
    hello(bench, "second")
    assert cli("policies").out == (
        "policy  active  versions  state\nhello   1       1         published, the file differs\n"
    )
    assert cli("run", "hello", "--run-id", "r").out.splitlines()[0] == "r  policy hello version 1"
    said = cli("policy", "diff", file)
    assert (said.code, said.out) == (
        1,
        'hello: version 1 → dmn/hello.dmn\n  Route rule 1, reason: `"first"` → `"second"`\n',
    )
    assert cli("policy", "publish", file, "--by", "bob", "--why", "clearer").out == (
        'hello: version 2 is active\n  Route rule 1, reason: `"first"` → `"second"`\n'
    )
    assert cli("run", "hello", "--run-id", "s").out.splitlines()[0] == "s  policy hello version 2"


@pytest.mark.parametrize("words", [("publish", "dmn/hello.dmn", "--process"), ("apply", "dmn")])
def test_without_a_broker_for_its_process_nothing_is_published(
    bench: Bench, cli: Cli, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    """Whoever is told of an error can do the same again once the broker is there."""
    hello(bench, "first")
    monkeypatch.setenv("ZEEBE_ADDRESS", "127.0.0.1:1")
    monkeypatch.setenv("DMNROUTE_OWN_PROCESSES", "true")
    said = cli("policy", *words)
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith("error: no broker answers at 127.0.0.1:1: connection refused\n")
    assert cli("policy", "log", "hello").err == "error: nothing of policy `hello` was published\n"


def test_a_bad_table_is_kept_out_with_its_place(bench: Bench, cli: Cli) -> None:
    """Nothing of it is published, and the exit code is 1."""
    bench.save("hello", {"agent": '"gret"'}, DONE)
    said = cli("policy", "publish", "dmn/hello.dmn")
    assert said.code == 1
    assert "error: unknown agent `gret`; did you mean `greet`?" in said.out
    assert said.out.endswith("hello: not published; 1 error\n")
    assert cli("policy", "publish", "dmn/hello.dmn", "--json").json[0]["published"] is False
    said = cli("policy", "log", "hello")
    assert (said.code, said.err) == (2, "error: nothing of policy `hello` was published\n")


def test_a_version_is_taken_back_in_one_command(bench: Bench, cli: Cli) -> None:
    """The one before decides again, and the log tells who did what, and why."""
    for reason, who in (("first", "ann"), ("second", "bob")):
        cli("policy", "publish", hello(bench, reason), "--by", who)
    assert cli("policy", "rollback", "hello", "--by", "cy", "--why", "too curt").out == (
        "hello: version 2 is taken back by cy; version 1 decides\n"
    )
    log = [re.sub(r"^\S+ \S+ UTC  ", "", line) for line in cli("policy", "log", "hello").out.splitlines()]
    assert log == [
        "verify version 1, by ann",
        "activate version 1, by ann",
        "verify version 2, by bob",
        '  Route rule 1, reason: `"first"` → `"second"`',
        "activate version 2, by bob",
        "rollback version 2, by cy: too curt",
    ]
    states = {each["version"]: each["state"] for each in cli("policies", "hello", "--json").json}
    assert states == {1: "active", 2: "retired"}
    said = cli("policy", "rollback", "hello", "2")
    assert (said.code, said.err) == (2, "error: version 2 of policy `hello` isn't active for tenant `default`\n")


def test_four_eyes_see_a_version_before_it_decides(bench: Bench, cli: Cli) -> None:
    """Who published it can't make it active, where the setting says so."""
    (bench.root / "dmnroute.toml").write_text('store = "runs.db"\nfour_eyes = true\n')
    said = cli("policy", "publish", hello(bench, "first"), "--by", "ann")
    assert said.out == (
        "hello: version 1 is verified\n"
        "  not active yet: version 1 of policy `hello` was published by ann: somebody else has to approve it\n"
    )
    assert cli("policy", "activate", "hello", 1, "--by", "ann").code == 2
    assert cli("policy", "activate", "hello", 1, "--by", "bob").out == "hello: activate version 1, by bob\n"


def test_what_decides_at_a_moment_can_be_asked(bench: Bench, cli: Cli) -> None:
    """Versions may be active for a time that is still to come."""
    cli("policy", "publish", hello(bench, "first"))
    cli("policy", "publish", hello(bench, "holidays"), "--verify")
    said = cli("policy", "activate", "hello", 2, "--from", "2099-12-24", "--until", "2099-12-27", "--by", "ann")
    assert said.out == "hello: activate version 2 from 2099-12-24 00:00 until 2099-12-27 00:00, by ann\n"
    for moment, reason in (("2099-12-23", "first"), ("2099-12-25", "holidays"), ("2099-12-27", "first")):
        said = cli("eval", "hello", "Route", "--as-of", moment, "--input", 'run={"hop": 1}', "--json")
        assert said.json["value"]["reason"] == reason
    said = cli("eval", "hello", "Route", "--as-of", "2000-01-01")
    assert (said.code, said.err) == (
        2,
        "error: no version of policy `hello` is active at 2000-01-01T00:00:00+00:00\n",
    )


def test_a_folder_is_applied_as_a_whole(bench: Bench, cli: Cli) -> None:
    """When one table is kept out, none is published; applying twice changes nothing."""
    hello(bench, "first")
    bench.save("bye", {"agent": '"gret"'}, DONE)
    assert cli("policy", "plan").code == 1
    said = cli("policy", "apply", "--by", "ci")
    assert said.code == 1
    assert said.out.endswith("hello: will be published\nnothing was published\n")
    bench.save("bye", DONE)
    assert cli("policy", "apply", "--by", "ci").out == "bye: version 1 is active\nhello: version 1 is active\n"
    assert cli("policy", "apply", "--by", "ci").out == "bye: as it is (version 1)\nhello: as it is (version 1)\n"
    (bench.root / "dmn" / "bye.dmn").unlink()
    said = cli("policy", "plan")
    assert (said.code, said.out) == (
        0,
        "hello: as it is (version 1)\nbye: is active, and has no file; it stays (version 1)\n",
    )
    assert cli("policy", "pull", "bye").out == f"bye: version 1 → {bench.root / 'dmn' / 'bye.dmn'}\n"
    assert cli("policy", "plan").out == "bye: as it is (version 1)\nhello: as it is (version 1)\n"


def test_runs_that_a_mistake_stopped_go_on_with_the_next_version(bench: Bench, cli: Cli) -> None:
    """Publishing names them, and lets them go on when asked."""
    bench.save("hello", {"agent": '"greet"', "wait": '"nonsense"'}, DONE)
    cli("policy", "publish", "dmn/hello.dmn")
    assert cli("run", "hello", "--run-id", "r").code == 1
    said = cli("policy", "publish", hello(bench, "mended"))
    assert said.out.splitlines()[-1] == "  stopped by this policy: r; `--retry` lets them go on"
    hello(bench, "mended again")
    said = cli("policy", "apply", "dmn")
    assert said.out.splitlines()[-1] == "  stopped by this policy: r; `--retry` lets them go on"
    said = cli("policy", "publish", hello(bench, "once more"), "--retry")
    assert said.out.splitlines()[-1] == "  let go on: r; `dmnroute resume` drives those of the local engine"
    assert cli("resume").out.splitlines()[-1] == "r completed"


def test_a_folder_lets_the_runs_of_its_policies_go_on(bench: Bench, cli: Cli) -> None:
    """In the same step, as from a pipeline; what came of it is a document, too."""
    bench.save("hello", {"agent": '"greet"', "wait": '"nonsense"'}, DONE)
    cli("policy", "apply")
    assert cli("run", "hello", "--run-id", "r").code == 1
    hello(bench, "mended")
    (told,) = cli("policy", "apply", "--retry", "--json").json
    assert (told["version"], told["process"], told["stopped"], told["retried"]) == (2, None, ["r"], ["r"])
    assert cli("resume").out.splitlines()[-1] == "r completed"
