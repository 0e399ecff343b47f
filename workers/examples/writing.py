"""A writer who gets better up to a point, and a critic who may want more than that."""

from __future__ import annotations

from pydantic import BaseModel

from dmnroute import agent


class Task(BaseModel):
    talent: int
    quality: int = 0


class Draft(BaseModel):
    quality: int


class Reading(BaseModel):
    wanted: int
    quality: int


class Verdict(BaseModel):
    pleased: bool


@agent("write_draft", cost="0.002")
def write_draft(task: Task) -> Draft:
    """Write a draft, a little better than the one before."""
    return Draft(quality=min(task.quality + 1, task.talent))


@agent("read_draft", cost="0.001")
def read_draft(reading: Reading) -> Verdict:
    """Say whether the draft is good enough."""
    return Verdict(pleased=reading.quality >= reading.wanted)
