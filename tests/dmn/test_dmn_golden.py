"""Decision models named like business cases: each folder has a table and the cases that it has to answer."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from dmnroute.dmn import Model, load

GOLDEN = Path(__file__).parent / "golden"
MISSING_DATA = ("null_operand", "null_path", "unknown_key")


def _cases() -> list[object]:
    found = []
    for folder in sorted(GOLDEN.iterdir()):
        for case in json.loads((folder / "cases.json").read_text("utf-8")):
            found.append(pytest.param(folder, case, id=f"{folder.name}: {case['name']}"))
    return found


def _texts(value: object) -> object:
    """Numbers as text, as the cases write them: exact, and never taken for a float."""
    match value:
        case Decimal():
            return str(value)
        case list():
            return [_texts(item) for item in value]
        case dict():
            return {key: _texts(item) for key, item in value.items()}
    return value


@pytest.fixture(scope="module")
def models() -> dict[Path, Model]:
    """Each model is loaded once."""
    return {folder: load(folder / "table.dmn") for folder in GOLDEN.iterdir()}


@pytest.mark.parametrize(("folder", "case"), _cases())
def test_a_case_has_its_value_and_its_matched_rules(models, folder, case):
    """A decision answers what the case says, and names the rules that made it."""
    result = models[folder].evaluate(case["decision"], case["inputs"])
    assert _texts(result.value) == case["value"]
    assert [rule.index for rule in result.matched] == case["matched"]
    mistakes = [notice.kind for notice in result.notices if notice.kind not in MISSING_DATA]
    assert mistakes == case.get("notices", [])


@pytest.mark.parametrize(("folder", "case"), _cases())
def test_the_bare_value_is_the_same_as_the_traced_one(models, folder, case):
    """Leaving out the trace changes nothing but the trace."""
    decision = models[folder].decision(case["decision"])
    assert decision.value(case["inputs"]) == decision.evaluate(case["inputs"]).value
