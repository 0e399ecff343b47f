"""Judge the cases of decisions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from dmnroute.cases.case import DecisionCase
from dmnroute.cases.comparison import differences
from dmnroute.cases.coverage import Coverage
from dmnroute.cases.names import check_names
from dmnroute.dmn import Model
from dmnroute.errors import DmnrouteError
from dmnroute.feel.values import from_python, to_json
from dmnroute.routing.canonical import dumps
from dmnroute.routing.context import build_context
from dmnroute.routing.history import History
from dmnroute.routing.policy import ROUTE
from dmnroute.routing.records.hop import HopEnd
from dmnroute.routing.records.run import Run

NOW = datetime(2026, 1, 1, tzinfo=UTC)
"""What `now()` answers in test cases."""


def problems_of_decision(case: DecisionCase, model: Model, coverage: Coverage) -> Iterator[str]:
    """What isn't as the case expects. Raises TableError `unknown_decision`, `unknown_input`."""
    decision = model.decision(case.decision or ROUTE).name
    if ROUTE in model.decisions:
        check_names(case.given, model)
    context = full_context(case.given, policy=model.definitions.name) if ROUTE in model.decisions else case.given
    coverage.see(decision, context, now=NOW)
    try:
        result = model.evaluate(decision, context, now=NOW)
    except DmnrouteError as error:
        yield from _error(case, error)
        return
    if case.error is not None:
        yield f"expected the error `{case.error}`, found {_text(result.value)}"
        return
    if case.rules is not None and case.rules != (matched := tuple(rule.index for rule in result.matched)):
        yield f"expected {_rules(case.rules)}, found {_rules(matched)}"
    if case.expects_value:
        yield from differences(case.expect, to_json(from_python(result.value)))


def full_context(given: Mapping[str, Any], *, policy: str) -> dict[str, Any]:
    """The routing context at the start of a run, with what is given on top."""
    run = Run(id="test", policy=policy, started=NOW)
    start = build_context(History(run), HopEnd(status="start"), now=NOW)
    return _on_top(start, given)


def _on_top(base: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    both = dict(base)
    for name, value in given.items():
        below = both.get(name)
        both[name] = _on_top(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return both


def _error(case: DecisionCase, error: DmnrouteError) -> Iterator[str]:
    if case.error is None:
        yield f"error: {error}"
    elif case.error != error.code:
        yield f"expected the error `{case.error}`, found `{error.code}`: {error.message}"


def _rules(rules: tuple[int, ...]) -> str:
    return f"rule{'s' if len(rules) > 1 else ''} {', '.join(map(str, rules))}" if rules else "no rule"


def _text(value: Any) -> str:
    return dumps(to_json(from_python(value)))
