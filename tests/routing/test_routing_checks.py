"""Policies against the project they route: every rule, in whole words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.routing.deciding import CATALOGUE
from tests.support.tables import HEAD, model, route, table

from dmnroute.dmn import load
from dmnroute.routing.catalogue import Catalogue
from dmnroute.routing.checks import RULES, check_policy
from dmnroute.routing.forms import FormSpec, Reading

GOOD = ["-", '"ocr"', "null"]


def found(text: str, *, catalogue: Catalogue = CATALOGUE) -> list[str]:
    return [str(finding) for finding in check_policy(load(text.encode(), name="p.dmn"), catalogue)]


def of_route(*rule: str, inputs: list[str] | None = None, outputs: list[str] | None = None) -> list[str]:
    return found(route(inputs or ["run.hop"], outputs or ["agent", "action"], [rule]))


def test_a_good_policy_has_no_findings() -> None:
    """Nothing to say."""
    assert of_route(*GOOD) == []


def test_every_rule_of_the_list_is_tried_here() -> None:
    """Adding a rule means adding a test."""
    assert [rule.__name__ for rule in RULES] == [
        "missing_route",
        "column_label",
        "unknown_agent",
        "missing_form",
        "unknown_column",
        "wrong_word",
        "join_condition",
        "wrong_collect",
        "foreign_input",
        "unknown_kind",
    ]


def test_a_policy_needs_its_route() -> None:
    """Or whatever decision it is told to use."""
    text = model(table("Routes", ["run.hop"], ["agent"], [["-", '"ocr"']]))
    assert found(text) == [
        "error: the policy has no decision `Route`; did you mean `Routes`?\np.dmn\nhint: it has `Routes`"
    ]
    assert found(model()) == ["error: the policy has no decision `Route`\np.dmn\nhint: it has no decisions"]
    assert [str(f) for f in check_policy(load(text.encode()), CATALOGUE, route="Routes")] == []


def test_the_name_of_a_column_counts_not_its_label() -> None:
    """Modeler shows the label."""
    text = route(["run.hop"], ["agent", "output2"], [GOOD]).replace('name="output2"', 'name="output2" label="action"')
    assert found(text) == [
        "error: the column labelled `action` is named `output2`, and its name counts\n"
        "p.dmn, decision `Route`, output output2\n"
        "hint: in Modeler, open the column's header and set the name to `action`"
    ]


def test_an_agent_must_exist() -> None:
    """Also one in a list; children are somebody else's business."""
    assert of_route("-", '["ocr", "aks"]', "null") == [
        "error: unknown agent `aks`; did you mean `ask`?\n"
        "p.dmn, decision `Route`, rule 1, output agent\n"
        '  ["ocr", "aks"]\n  ^^^^^^^^^^^^^^\n'
        "hint: known agents: `ask`, `ocr`"
    ]
    assert of_route("-", '["run:child", "process:x"]', "null") == []


def test_the_agent_of_a_reminder_must_exist() -> None:
    """In `notify`, as in `agent`."""
    outputs = ["action", "remind", "notify"]
    assert of_route("-", '"escalate"', "60", '"aks"', outputs=outputs) == [
        "error: unknown agent `aks`; did you mean `ask`?\n"
        "p.dmn, decision `Route`, rule 1, output notify\n"
        '  "aks"\n  ^^^^^\n'
        "hint: known agents: `ask`, `ocr`"
    ]
    assert of_route("-", '"escalate"', "60", '"ask"', outputs=outputs) == []


def test_a_form_must_exist() -> None:
    """Where forms are known; a project that declares neither forms nor agents says nothing of them."""
    text = route(["run.hop"], ["action", "form"], [["-", '"escalate"', '"claim_chek"']])
    claim = FormSpec("claim_check", "", {}, frozenset(), lambda answer: Reading(answer))
    place = 'p.dmn, decision `Route`, rule 1, output form\n  "claim_chek"\n  ^^^^^^^^^^^^\n'
    assert found(text, catalogue=replace(CATALOGUE, forms={"claim_check": claim})) == [
        f"error: unknown form `claim_chek`; did you mean `claim_check`?\n{place}hint: known forms: `claim_check`"
    ]
    assert found(text, catalogue=replace(CATALOGUE, forms={})) == [
        f"error: unknown form `claim_chek`\n{place}"
        'hint: declare it in `workers/`: `@form("claim_chek")` on a pydantic model'
    ]
    for silent in (CATALOGUE, Catalogue(), Catalogue(forms={}), replace(CATALOGUE, forms={"claim_chek": claim})):
        assert found(text, catalogue=silent) == []


def test_a_guard_must_exist_and_give_verdicts() -> None:
    """In `before` and `after`, alone or in a list."""
    assert of_route("-", '"ocr"', '"asc"', outputs=["agent", "before"]) == [
        "error: unknown guard `asc`; did you mean `ask`?\n"
        "p.dmn, decision `Route`, rule 1, output before\n"
        '  "asc"\n  ^^^^^\n'
        "hint: known agents: `ask`, `ocr`"
    ]
    assert of_route("-", '"ocr"', '["ask"]', outputs=["agent", "after"]) == [
        "error: agent `ask` can't guard: its output has no `verdict`\n"
        "p.dmn, decision `Route`, rule 1, output after\n"
        '  ["ask"]\n  ^^^^^^^\n'
        "hint: a guard's `verdict` is one of allow, observe, redact, reroute, block"
    ]


def test_a_column_must_mean_something() -> None:
    """A word of the route, or an input field of an agent."""
    assert of_route("-", '"ocr"', "300", outputs=["agent", "dpi"]) == []
    assert of_route("-", '"ocr"', "300", outputs=["agent", "dpy"]) == [
        "error: column `dpy` is no part of a route, and no agent takes it; did you mean `dpi`?\n"
        "p.dmn, decision `Route`, output dpy\n"
        "hint: a column is a word of the route (`agent`, `action`, `timeout`, …) or an input field of an agent"
    ]


@pytest.mark.parametrize(
    ("column", "word", "message", "hint"),
    [
        ("action", "compleet", "; did you mean `complete`?", "dispatch, wait, escalate, complete, fail"),
        ("pick", "best", "", "all, first"),
    ],
)
def test_words_must_be_known(column: str, word: str, message: str, hint: str) -> None:
    """Of `action` and `pick`."""
    cell = f'"{word}"'
    assert of_route("-", cell, outputs=[column]) == [
        f"error: column `{column}` doesn't know `{word}`{message}\n"
        f"p.dmn, decision `Route`, rule 1, output {column}\n"
        f"  {cell}\n  {'^' * len(cell)}\n"
        f"hint: one of {hint}"
    ]


def test_input_data_must_be_something_that_a_run_has() -> None:
    """Else it would be null for ever."""
    data = '<inputData id="i" name="fact"><variable id="v" name="fact" /></inputData>'
    assert found(
        route(["run.hop"], ["agent", "action"], [GOOD]).replace("</definitions>", f"{data}</definitions>")
    ) == [
        "warning: input data `fact` is nothing that a run has; did you mean `facts`?\n"
        "p.dmn\n"
        "hint: a run has `run`, `facts`, `last`, `steps`, `guards`, `budget`, `slo`, `agents`, `signals`, `people`"
    ]


@pytest.mark.parametrize(
    ("path", "name", "meant"),
    [
        ("last.confidnce", "last.confidnce", "; did you mean `last.confidence`?"),
        ("facts.txt", "facts.txt", "; did you mean `facts.text`?"),
        ("steps.orc.status", "steps.orc", "; did you mean `steps.ocr`?"),
        ("steps.ocr.output.txt", "steps.ocr.output.txt", "; did you mean `steps.ocr.output.text`?"),
        ("agents.ocr.latency_p59", "agents.ocr.latency_p59", "; did you mean `agents.ocr.latency_p95`?"),
        ("budget.left", "budget.left", ""),
    ],
)
def test_a_name_must_exist(path: str, name: str, meant: str) -> None:
    """Context, facts, agents and their outputs."""
    (finding,) = of_route("-", '"ocr"', "null", inputs=[path])
    assert finding.split("\n")[:2] == [
        f"error: unknown name `{name}`{meant}",
        "p.dmn, decision `Route`, input 1",
    ]


@pytest.mark.parametrize(
    "path",
    [
        "run.input.anything.at.all",
        "run.tags.team",
        "facts.verdict",
        "facts.text",
        "last.outcomes[1].error.kind",
        "last.outcomes.metrics.score",
        "last.outcomes[1].proposal[1].agent",
        "steps.people.output.whatever",
        "signals.approved.by",
        "agents.ocr.error_rate",
        "slo.ratio",
    ],
)
def test_names_that_exist(path: str) -> None:
    """What ends a path may be followed by anything."""
    assert of_route("-", '"ocr"', "null", inputs=[path]) == []


def test_children_are_known_by_their_as_or_their_own_name() -> None:
    """In `steps`."""
    assert of_route("-", '"run:child"', '"kid"', inputs=["steps.kid.status"], outputs=["agent", "as"]) == []
    assert of_route("-", '"run:child"', "null", inputs=["steps.child.status"]) == []


def test_without_agents_nothing_is_said_of_them() -> None:
    """A policy may be checked before its agents are written."""
    text = route(["facts.anything", "agents.some.backlog"], ["agent", "colour"], [["-", "-", '"some"', "1"]])
    assert found(text, catalogue=Catalogue()) == []


def test_a_file_that_cannot_be_read_has_the_findings_of_reading_it(tmp_path: Path) -> None:
    """No rule is asked then."""
    file = tmp_path / "p.dmn"
    file.write_text(HEAD)
    (finding,) = check_policy(file, CATALOGUE)
    assert (finding.severity, finding.code) == ("error", "xml_syntax")


def test_the_agents_alone_make_the_difference() -> None:
    """The same table is good with another catalogue."""
    more = replace(CATALOGUE.agents["ask"], name="aks")
    text = route(["run.hop"], ["agent", "action"], [["-", '"aks"', "null"]])
    assert found(text, catalogue=Catalogue({**CATALOGUE.agents, "aks": more})) == []


KIND = "last.outcomes[1].error.kind"


@pytest.mark.parametrize(
    ("cell", "kind", "meant"),
    [
        ('"timeouts"', "timeouts", "; did you mean `timeout`?"),
        ('"crashed", "rate_limit"', "rate_limit", "; did you mean `rate_limited`?"),
        ('not("blury")', "blury", "; did you mean `blurry`?"),
    ],
)
def test_a_kind_of_error_must_exist(cell: str, kind: str, meant: str) -> None:
    """One of dmnroute's, or one that an agent declares: else the rule waits for ever."""
    ocr = replace(CATALOGUE.agents["ocr"], errors=frozenset({"blurry"}))
    catalogue = replace(CATALOGUE, agents={**CATALOGUE.agents, "ocr": ocr})
    assert found(route([KIND], ["agent", "action"], [[cell, '"ocr"', "null"]]), catalogue=catalogue) == [
        f"warning: nobody gives an error of kind `{kind}`{meant}\n"
        "p.dmn, decision `Route`, rule 1, input 1\n"
        f"  {cell}\n  {'^' * len(cell)}\n"
        'hint: an agent declares its own kinds: `@agent("…", errors=("unreadable",))`'
    ]


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        (f'{KIND} = "timeout"', []),
        (f'"tmieout" != {KIND}', ["tmieout"]),
        (f'{KIND} in ("refused", "abused")', ["abused"]),
        ('some o in last.outcomes satisfies o.error.kind = "brake"', ["brake"]),
        ('list contains(last.outcomes.error.kind, "budgets")', ["budgets"]),
        ('count(last.outcomes[error.kind = "crash"]) > 0', ["crash"]),
        ('steps.ocr.status = "whatever"', []),
    ],
)
def test_kinds_are_looked_for_in_expressions_too(text: str, kinds: list[str]) -> None:
    """Wherever `error.kind` is held against a text."""
    findings = of_route("true", '"ocr"', "null", inputs=[text])
    assert [each.split("`")[1] for each in findings] == kinds
