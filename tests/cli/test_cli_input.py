"""`dmnroute input`: what an app or a person gives a run while it goes on."""

from __future__ import annotations

from tests.cli.conftest import Bench, Cli

ASK = {"action": '"escalate"', "on_input": '"interrupt"'}
COLUMNS = ["action", "on_input", "result"]
DONE = {"action": '"complete"', "result": "{name: run.input.name, last: last.status}"}


def test_it_ends_a_question_and_drives_the_run_on(bench: Bench, cli: Cli) -> None:
    """`show` says what became of it, and who gave it."""
    bench.save("p", ASK, DONE, columns=COLUMNS)
    cli("run", "p", "--run-id", "r1", "--input", "name=Ada")
    said = cli("input", "r1", "--input", "name=Bob", "--by", "ann", "--why", "called in", "--json")
    assert (said.code, said.json["result"]) == (0, {"name": "Bob", "last": "resumed"})
    shown = cli("show", "r1").out
    assert "  input that arrives meanwhile: interrupt\n" in shown
    assert '  input {"name": "Bob"}  by ann: called in  ended the hop\n' in shown


def test_what_is_rejected_is_said(bench: Bench, cli: Cli) -> None:
    """The run stays as it is; the attempt is recorded."""
    bench.save("p", ASK | {"on_input": '"reject"'}, DONE, columns=COLUMNS)
    cli("run", "p", "--run-id", "r1")
    said = cli("input", "r1", "--input", "name=Bob", "--by", "ann")
    assert (said.code, said.err) == (
        1,
        "error: run `r1` takes no input now: what goes on rejects it\n"
        "hint: the column `on_input` of its tables says so; `dmnroute show r1` tells where it is\n",
    )
    assert 'input {"name": "Bob"}  by ann  was rejected' in cli("show", "r1").out


def test_queued_input_wakes_nobody(bench: Bench, cli: Cli) -> None:
    """It is there when the answer comes."""
    bench.save("p", {"action": '"escalate"'}, DONE, columns=COLUMNS)
    cli("run", "p", "--run-id", "r1")
    assert cli("input", "r1", "--input", "name=Bob", "--json").json["status"] == "escalated"
    assert cli("answer", "r1", "--input", "a=1", "--json").json["result"] == {"name": "Bob", "last": "ok"}


def test_no_input_is_a_mistake(bench: Bench, cli: Cli) -> None:
    """It is said how it is given."""
    bench.save("p", ASK, DONE, columns=COLUMNS)
    cli("run", "p", "--run-id", "r1")
    said = cli("input", "r1")
    assert (said.code, said.err) == (2, "error: the input is missing\nhint: give it as `--input key=value`\n")
