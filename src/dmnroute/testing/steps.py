"""A step to call an agent with, in a test."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from dmnroute.agents.step import Step


@dataclass(slots=True)
class RecordingStep(Step):
    """A step that also remembers what progress was reported."""

    progressed: list[tuple[str, Decimal | None]] = field(default_factory=list, init=False)
    """Text and share done (0-1) of each report, in order."""

    def __post_init__(self) -> None:
        self.on_progress = lambda text, share: self.progressed.append((text, share))


def step_for(agent: str, *, run: str = "test", attempt: int = 1, max_cost: Decimal | None = None) -> RecordingStep:
    """A step to call an agent with; look at its `confidence`, `cost`, `metrics`, `proposals`, `progressed` after it.

    text = await read_text(Page(path="a.txt"), step := step_for("read_text"))
    assert step.confidence == Decimal("0.97")
    """
    return RecordingStep(id=f"{run}/1.1", agent=agent, run=run, attempt=attempt, max_cost=max_cost)
