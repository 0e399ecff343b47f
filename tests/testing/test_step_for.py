"""The step that remembers."""

from __future__ import annotations

from decimal import Decimal

from pydantic import BaseModel

from dmnroute.agents.declaration import agent
from dmnroute.agents.step import Step
from dmnroute.testing import step_for


class Page(BaseModel):
    path: str


class Text(BaseModel):
    text: str


@agent("read_page")
def read_page(page: Page, step: Step) -> Text:
    """Read a page."""
    step.progress("half", 0.5)
    step.progress("nearly")
    step.report(confidence=0.97, cost=0.001, characters=4)
    step.propose({"agent": "ocr"})
    return Text(text=page.path)


def test_an_agent_is_called_with_a_step_that_remembers_what_it_was_told() -> None:
    """Reports, proposals and progress can be read off the step after the call."""
    step = step_for("read_page")
    assert read_page(Page(path="a.txt"), step) == Text(text="a.txt")
    assert step.confidence == Decimal("0.97")
    assert step.cost == Decimal("0.001")
    assert step.metrics == {"characters": Decimal(4)}
    assert step.proposals == [{"agent": "ocr"}]
    assert step.progressed == [("half", Decimal("0.5")), ("nearly", None)]


def test_a_step_carries_what_the_engine_would_give() -> None:
    """Id, run, attempt and the most that the call may cost are there for the agent to read."""
    step = step_for("read_page", run="r1", attempt=2, max_cost=Decimal("0.5"))
    assert (step.id, step.run, step.agent, step.attempt, step.max_cost) == (
        "r1/1.1",
        "r1",
        "read_page",
        2,
        Decimal("0.5"),
    )
    assert not step.cancelled
