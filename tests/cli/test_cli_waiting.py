"""What waits for what: `inbox`, `runs --waiting`, `show`, forms on a terminal, signals to many runs."""

from __future__ import annotations

import sys

import pytest
import typer
from tests.cli.conftest import Bench, Cli

FORM = '''
from decimal import Decimal
from typing import Literal
from pydantic import BaseModel, Field
from dmnroute import form

@form("claim_check")
class ClaimCheck(BaseModel):
    """Should this claim be paid?"""

    verdict: Literal["pay", "refuse"]
    amount: Decimal = Field(gt=0)
    iban: str
    urgent: bool = False
    note: str | None = None
'''

COLUMNS = ("action", "group", "assignee", "form", "input", "wait", "remind", "signal", "result", "reason")
ASK = {"action": '"escalate"', "group": '"claims"', "form": '"claim_check"', "input": "{claim: 7}"}
DONE = {"action": '"complete"', "result": "steps.people.output"}
FITS = ("--input", "verdict=pay", "--input", "amount=12.5", "--input", "iban=007")


@pytest.fixture
def asked(bench: Bench, cli: Cli) -> Bench:
    """A run that asks people."""
    (bench.root / "workers" / "claim_forms.py").write_text(FORM)
    bench.save("p", ASK, DONE, columns=COLUMNS)
    assert cli("run", "p", "--run-id", "r1").out.endswith("answer: dmnroute answer r1\n")
    return bench


def test_the_inbox_lists_open_questions(asked: Bench, cli: Cli) -> None:
    """Of a group, with how to answer; in JSON with the schema of the form."""
    asked.save("q", {"action": '"escalate"', "assignee": '["ann", "bob"]'}, DONE, columns=COLUMNS)
    cli("run", "q", "--run-id", "r2")
    assert cli("inbox", "--group", "claims").out.splitlines()[0] == "r1  an answer (claim_check) of claims"
    of_ann = cli("inbox", "--assignee", "ann").out.splitlines()
    assert (of_ann[0], of_ann[-1]) == ("r2  an answer of ann, bob", "  answer: dmnroute answer r2 --input key=value")
    (first, second) = cli("inbox", "--json").json
    assert (first["question"], second["question"]) == ("r1/1.1", "r2/1.1")
    assert list(first["schema"]["properties"]) == ["verdict", "amount", "iban", "urgent", "note"]
    assert cli("inbox", "--group", "others").out == "nobody is asked anything\n"


def test_runs_that_wait_are_listed_with_what_they_wait_for(asked: Bench, cli: Cli) -> None:
    """The longest wait first; `show` says it, too."""
    lines = cli("runs", "--waiting").out.splitlines()
    assert lines[1].split("  ")[:1] == ["r1"]
    assert "an answer (claim_check)  claims" in lines[1]
    assert cli("runs", "--waiting", "--json").json[0]["kind"] == "people"
    assert "waits    for an answer (claim_check) of claims, since " in cli("show", "r1").out
    assert cli("show", "r1", "--json").json["waits"]["form"] == "claim_check"
    cli("cancel", "r1")
    assert cli("runs", "--waiting").out == "no run waits\n"


def test_an_answer_that_does_not_fit_changes_nothing(asked: Bench, cli: Cli) -> None:
    """Exit code 2, a text for each field; texts stay texts, whatever they look like."""
    said = cli("answer", "r1", "--input", "verdict=maybe")
    assert said.code == 2
    assert said.err.splitlines()[0] == (
        "error: the answer doesn't fit: verdict: input should be 'pay' or 'refuse'; amount: field required;"
        " iban: field required"
    )
    assert cli("answer", "r1", *FITS, "--json").json["result"]["iban"] == "007"


def test_an_answer_to_another_question_is_refused(asked: Bench, cli: Cli) -> None:
    """Who says which question is meant gets no other one answered."""
    said = cli("answer", "r1", *FITS, "--question", "r1/7.1")
    assert said.err.startswith("error: run `r1` waits for no answer; it is escalated\n")


def test_a_terminal_asks_field_by_field(asked: Bench, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """What doesn't fit is asked once more; what may be left out is left out by an empty line."""
    lines = iter(["maybe", "pay", "-1", "12.50", "007", "yes", ""])
    labels: list[str] = []

    def prompt(label: str, **_: object) -> str:
        labels.append(label)
        return next(lines)

    monkeypatch.setattr(typer, "prompt", prompt)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    said = cli("answer", "r1")
    assert "r1 completed" in said.out
    assert list(dict.fromkeys(labels)) == [
        "verdict (pay, refuse)",
        "amount (number, > 0)",
        "iban (string)",
        "urgent (yes or no, else false)",
        "note (string, may be left out)",
    ]
    assert "verdict: input should be 'pay' or 'refuse'" in said.err


def test_a_form_is_printed_for_modeler(asked: Bench, cli: Cli) -> None:
    """As Camunda form JSON, or as the JSON Schema; one that isn't there is guessed."""
    assert cli("form").out == "form         asks\nclaim_check  Should this claim be paid?\n"
    assert cli("form", "claim_check").json["id"] == "dmnroute-form-claim_check"
    assert cli("form", "claim_check", "--schema").json["type"] == "object"
    said = cli("form", "claim_chek")
    assert (said.code, said.err) == (
        2,
        "error: unknown form `claim_chek`; did you mean `claim_check`?\nhint: known forms: claim_check\n",
    )


def test_a_table_cannot_name_a_form_that_is_not_there(asked: Bench, cli: Cli) -> None:
    """It is refused before any run is decided by it."""
    asked.save("q", {**ASK, "form": '"claim_chek"'}, DONE, columns=COLUMNS)
    for said in (cli("check"), cli("run", "q", "--run-id", "r3")):
        assert "unknown form `claim_chek`; did you mean `claim_check`?" in said.out + said.err
        assert said.code != 0


def test_due_reminders_are_sent_by_resume(bench: Bench, cli: Cli) -> None:
    """A run that waits for people is left alone otherwise."""
    bench.save("p", {"action": '"escalate"', "remind": "0.05"}, DONE, columns=COLUMNS)
    cli("run", "p", "--run-id", "r1")
    for _ in range(100):
        cli("resume")
        if "10 reminders" in cli("inbox").out:
            break
    assert cli("resume").out.startswith("r1 left alone: it waits for an answer")
    assert "  10 reminders" in cli("inbox").out.splitlines()


def test_a_signal_is_told_to_many_runs(bench: Bench, cli: Cli) -> None:
    """To all open ones of a policy or with a label; the same key says it once to each."""
    wait = {"action": '"wait"', "signal": '["go", "stop"]'}
    bench.save("p", {"action": '"escalate"'}, wait, {"action": '"complete"', "result": "signals.go"}, columns=COLUMNS)
    for name, tag in (("r1", "a"), ("r2", "a"), ("r3", "b")):
        cli("run", "p", "--run-id", name, "--tag", f"team={tag}")
    for _ in range(2):
        said = cli("signal", "go", "--tag", "team=a", "--payload", "1", "--key", "k", "--no-drive")
        assert sorted(said.out.split()) == ["r1", "r2"]
    assert len(cli("show", "r1", "--json").json["signals"]) == 1
    cli("answer", "r1", "--input", "fine=true")
    assert cli("show", "r1", "--json").json["result"] == 1
    assert cli("signal", "go", "--policy", "other").out == "no open run is meant\n"
    assert cli("signal", "r1", "go", "--policy", "p").code == 2
