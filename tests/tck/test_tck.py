"""The standard's own test suite, the OMG DMN TCK, when a copy of it is at hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.dmn.dmn_text import decision, definitions, literal, table
from tests.tck.adapter import evaluate
from tests.tck.score import Score, folder
from tests.tck.tck_cases import cases

from dmnroute.errors import DmnrouteError


def test_the_suite_passes():
    """Every case of the TCK gives what it wants, and no error escapes unnamed."""
    found = folder()
    if found is None:
        pytest.skip("no copy of the DMN TCK: set DMN_TCK to its folder")
    score = Score()
    for case in cases(found):
        score.add(case)
    assert score.failures == []
    assert score.all["case"] > 0


def test_an_expression_that_cant_be_read_leaves_the_rest(tmp_path: Path):
    """The other decisions of the file are evaluated; the one itself, and what requires it, is an error."""
    broken = table(["1"], ["out"], [["1 +", "true"]])
    path = tmp_path / "model.dmn"
    path.write_text(
        definitions(
            decision("whole", literal("1 + 1")),
            decision("broken", broken),
            decision("after", literal("broken"), requires=["broken"]),
        )
    )
    assert evaluate(str(path), "whole", {}, "decision") == 2
    for name in ("broken", "after"):
        with pytest.raises(DmnrouteError, match="expected a value after `\\+`, found the end of the text"):
            evaluate(str(path), name, {}, "decision")


def test_a_circle_of_decisions_is_an_error(tmp_path: Path):
    """A file whose structure is wrong isn't evaluated at all."""
    path = tmp_path / "model.dmn"
    path.write_text(
        definitions(decision("a", literal("b"), requires=["b"]), decision("b", literal("a"), requires=["a"]))
    )
    with pytest.raises(DmnrouteError, match="decisions require each other in a circle"):
        evaluate(str(path), "a", {}, "decision")
