"""An agent whose price depends on the model that the table names; it asks before it spends."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel

from dmnroute import Merge, Step, agent, facts

PRICES = {"large": Decimal("0.02"), "small": Decimal("0.004")}


@facts
class Research(BaseModel):
    answers: Annotated[list[str], Merge("append")]


class Question(BaseModel):
    question: str
    model: Literal["large", "small"] = "large"


class Answers(BaseModel):
    answers: list[str]


@agent("look_up", timeout=10)
async def look_up(task: Question, step: Step) -> Answers:
    """Answer one question."""
    await step.spend(PRICES[task.model])
    return Answers(answers=[f"{task.question}: as the {task.model} model says"])
