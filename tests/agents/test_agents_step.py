"""What an agent may report, and what it may not."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from dmnroute import AgentError
from dmnroute.testing import step_for


class LikeNumpy:
    """A number that is none to Python, but becomes one."""

    def __float__(self) -> float:
        return 0.25

    def __repr__(self) -> str:
        return "np.float32(0.25)"


class FloatChild(float):
    def __repr__(self) -> str:
        return f"np.float64({float(self)!r})"


def said(report: Any) -> str:
    with pytest.raises(AgentError) as caught:
        report()
    return f"{caught.value.code}: {caught.value}"


def test_a_later_report_replaces_the_earlier_one() -> None:
    """Figure by figure."""
    step = step_for("a")
    step.report(confidence=0.1, cost=0.02, score=1)
    step.report(confidence=Decimal("0.97"), tokens=12, pages=3)
    assert (step.confidence, step.cost, step.tokens) == (Decimal("0.97"), Decimal("0.02"), 12)
    assert step.metrics == {"score": 1, "pages": 3}


@pytest.mark.parametrize("value", [LikeNumpy(), FloatChild(0.25), Fraction(1, 4), 0.25, Decimal("0.25")])
def test_numbers_of_libraries_are_numbers(value: Any) -> None:
    """Their texts aren't."""
    step = step_for("a")
    step.report(confidence=value, score=value)
    assert (step.confidence, step.metrics["score"]) == (Decimal("0.25"), Decimal("0.25"))


@pytest.mark.parametrize(
    ("figures", "message"),
    [
        ({"confidence": 1.1}, "reported `confidence` must be between 0 and 1, not 1.1"),
        ({"confidence": -0.1}, "reported `confidence` must be between 0 and 1, not -0.1"),
        ({"confidence": float("nan")}, "reported `confidence` is not a finite number: nan"),
        ({"cost": -1}, "reported `cost` must be at least 0, not -1"),
        ({"tokens": -1}, "reported `tokens` must be at least 0, not -1"),
        ({"score": float("inf")}, "reported `score` is not a finite number: inf"),
        ({"score": "high"}, "reported `score` is not a number: 'high'"),
        ({"score": [1]}, "reported `score` is not a number: [1]"),
        ({"score": Fraction(10**400)}, f"reported `score` is not a number: {Fraction(10**400)!r}"),
    ],
)
def test_figures_outside_of_their_domain_are_named(figures: dict[str, Any], message: str) -> None:
    """The agent's developer has to act."""
    assert said(lambda: step_for("a").report(**figures)) == f"bad_metric: {message}"


def test_progress_is_told_with_the_share_done() -> None:
    """Where it is known."""
    step = step_for("a")
    step.progress("begun")
    step.progress("half", 0.5)
    assert step.progressed == [("begun", None), ("half", Decimal("0.5"))]
    assert said(lambda: step.progress("more", 2)) == "bad_metric: reported `share` must be between 0 and 1, not 2"


def test_proposals_are_kept_as_they_were_made() -> None:
    """Plain values, not the agent's own objects."""
    step = step_for("a")
    proposal = {"agent": "ocr", "dpi": 0.5}
    step.propose(proposal, {"agent": "ask"})
    proposal["agent"] = "changed"
    assert step.proposals == [{"agent": "ocr", "dpi": Decimal("0.5")}, {"agent": "ask"}]


def test_proposals_must_be_mappings_that_json_can_carry() -> None:
    """Tables read them."""
    step = step_for("a")
    assert said(lambda: step.propose("ocr")) == "bad_proposal: a proposal must be a mapping, not str"  # type: ignore[arg-type]  # that is the mistake
    assert said(lambda: step.propose({"x": object()})) == (
        "bad_proposal: a proposal can't be recorded: a value of type `object` has no JSON form"
    )


def test_cancellation_can_be_looked_at() -> None:
    """By synchronous agents, now and then."""
    step = step_for("a")
    assert not step.cancelled
    step.cancel()
    assert step.cancelled
