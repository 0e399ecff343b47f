"""What makes two steps equal, so that the outcome of one may stand in for the other."""

from __future__ import annotations

from dmnroute.routing.canonical import digest
from dmnroute.routing.records.step import PlannedStep


def reuse_digest(step: PlannedStep) -> str:
    """Of a step's input, and of the guards after it.

    What is kept is the output before its guards saw it: it stands in only where the same guards look at it again.
    """
    return digest({"input": step.input, "after": step.after}) if step.after else digest(step.input)
