"""The standard's own test suite, the OMG DMN TCK, when a copy of it is at hand."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.tck.adapter import evaluate
from tests.tck.tck_cases import Case, Expected, cases, same

from dmnroute.errors import DmnrouteError
from dmnroute.feel.values import from_python

FLOOR = 2628
"""How many cases pass at least; it may only rise."""


def _folder() -> Path | None:
    """The suite named by DMN_TCK, else one in a folder beside the project."""
    named = os.environ.get("DMN_TCK")
    beside = Path(__file__).resolve().parents[3]
    found = [Path(named)] if named else [*beside.glob("dmn-tck"), *beside.glob("*/dmn-tck")]
    return next((path for path in found if path.is_dir()), None)


def _is_met(case: Case, expected: Expected) -> bool:
    try:
        value = evaluate(str(case.model), expected.target, case.inputs, expected.node_type)
    except DmnrouteError:
        return expected.error
    if isinstance(value, dict) and expected.node_type == "decisionService" and expected.node in value:
        value = value[expected.node]
    return value is None if expected.error else same(expected.value, from_python(value))


def test_the_suite_passes_at_least_as_well_as_before():
    """No change makes the engine pass fewer cases of the TCK, and none lets an error escape unnamed."""
    folder = _folder()
    if folder is None:
        pytest.skip("no copy of the DMN TCK: set DMN_TCK to its folder")
    found = list(cases(folder))
    passed = sum(all(_is_met(case, expected) for expected in case.expected) for case in found)
    assert passed >= FLOOR, f"{passed} of {len(found)} cases pass"
