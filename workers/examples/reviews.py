"""An agent that is one of several reviewers: how sure it is stands in the input, so that examples always end alike."""

from __future__ import annotations

from decimal import Decimal

from pydantic import BaseModel

from dmnroute import AgentFailure, Step, agent


class Review(BaseModel):
    reviewer: str
    sure: Decimal


class Opinion(BaseModel):
    reviewed_by: str


@agent("review", cost="0.001")
async def review(task: Review, step: Step) -> Opinion:
    """Look at a claim; a reviewer who isn't sure at all fails."""
    if task.sure == 0:
        raise AgentFailure("undecided", f"{task.reviewer} has no opinion")
    step.report(confidence=task.sure)
    return Opinion(reviewed_by=task.reviewer)
