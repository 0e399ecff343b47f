"""No rule matches: what was null, who should have reported it, and which rule came nearest; errors of FEEL."""

from __future__ import annotations

import ast
from decimal import Decimal
from pathlib import Path

import pytest
from tests.routing.deciding import after, one_rule, refused, run, version
from tests.support.tables import model, route, table

import dmnroute.routing
from dmnroute.routing.history import History
from dmnroute.routing.policy import PolicyVersion


def gate(*inputs: str, cells: list[str], hit_policy: str = "FIRST") -> PolicyVersion:
    return version(route(list(inputs), ["agent"], [[*cells, '"ocr"']], hit_policy=hit_policy))


def test_a_fact_that_is_not_there_names_its_reporter() -> None:
    """With what became of it."""
    policy = gate("facts.text", cells=['"a"'])
    assert refused(policy=policy) == (
        "no_match: no rule of `Route` matches\n"
        "p.dmn, decision `Route`\n"
        "hint: `facts.text` was null (`ocr`, which has not run, reports it);"
        ' rule 1 came nearest: `facts.text` is null, not `"a"`'
    )
    failed = after(History(run()), one_rule(agent='"ocr"'), {"status": "failed"})
    assert refused(failed, policy=policy) == (
        "no_match: no rule of `Route` matches\n"
        "p.dmn, decision `Route`\n"
        "hint: `facts.text` was null (`ocr`, which ended failed, reports it);"
        ' rule 1 came nearest: `facts.text` is null, not `"a"`'
    )


def test_a_step_that_has_not_run_is_named() -> None:
    """And the nearest rule with all that it lacks."""
    assert refused(policy=gate("steps.ask.confidence", "run.hop", cells=[">= 0.5", "7"])) == (
        "no_match: no rule of `Route` matches\n"
        "p.dmn, decision `Route`\n"
        "hint: `steps.ask.confidence` was null (`ask` has not run);"
        " rule 1 came nearest: `steps.ask.confidence` is null, not `>= 0.5` and `run.hop` is `1`, not `7`"
    )


@pytest.mark.parametrize("hit_policy", ["UNIQUE", "FIRST", "ANY", "RULE ORDER", "COLLECT"])
def test_no_match_is_an_error_under_every_hit_policy(hit_policy: str) -> None:
    """Never silence."""
    history = after(History(run()), one_rule(agent='"ask"'), {"confidence": Decimal("0.4")})
    assert refused(history, policy=gate("last.confidence", cells=[">= 0.9"], hit_policy=hit_policy)) == (
        "no_match: no rule of `Route` matches\n"
        "p.dmn, decision `Route`\n"
        "hint: rule 1 came nearest: `last.confidence` is `0.4`, not `>= 0.9`"
    )


def test_a_table_without_rules_says_what_to_do() -> None:
    """Nothing came near."""
    assert refused(policy=version(route(["run.hop"], ["agent"], []))) == (
        "no_match: no rule of `Route` matches\n"
        "p.dmn, decision `Route`\n"
        "hint: the decision gives null; add a rule for this case"
    )


@pytest.mark.parametrize(
    ("expression", "code"),
    [('run.hop + "x"', "type_mismatch"), ('run.hop < "x"', "not_comparable"), ("no_such_thing", "unknown_name")],
)
def test_a_mistake_in_feel_is_an_error_of_the_decision(expression: str, code: str) -> None:
    """With the cell; data that isn't there yet is a plain null."""
    said = refused(policy=version(route([expression], ["agent"], [["-", '"ocr"'], ['"z"', '"ask"']])))
    assert said.startswith(f"{code}: ")
    assert "p.dmn, decision `Route`, input 1" in said


def test_a_mistake_in_a_required_decision_is_named_there() -> None:
    """Not where it is used."""
    text = model(
        table("Grade", ["run.hop"], ["grade"], [["-", 'run.hop + "x"']]),
        table("Route", ["Grade"], ["agent"], [["-", '"ocr"']], requires=["Grade"]),
    )
    assert "p.dmn, decision `Grade`, rule 1, output grade" in refused(policy=version(text))


def test_routing_never_asks_the_system_for_time_or_chance() -> None:
    """Clock and seed are arguments: no module of the core calls for either; jitter is drawn from a step's id."""
    forbidden = {"now", "utcnow", "today", "time", "monotonic", "perf_counter", "urandom", "uuid4", "randrange"}
    for file in Path(dmnroute.routing.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                assert node.func.attr not in forbidden, f"{file.name}, line {node.lineno}"
