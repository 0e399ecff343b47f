"""Where steps are kept, with what came of them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from dmnroute.routing.records.step import Outcome, PlannedStep


@dataclass(frozen=True, slots=True)
class AgentActivity:
    """How an agent has been doing."""

    outcomes: tuple[Outcome, ...] = ()
    """The latest, the last ended first: ok, failed and timed out ones. Cancelled and skipped ones say nothing."""
    driven: int = 0
    """Its steps without an outcome in runs that an engine drives."""
    waiting: int = 0
    """Its steps without an outcome that wait for an engine."""


class StepStore(Protocol):
    """Steps and their outcomes."""

    async def step(self, step: str) -> tuple[PlannedStep, Outcome | None] | None:
        """A step as it was planned, with its outcome if there is one; null when no such step was planned."""
        ...

    async def record(self, outcome: Outcome, *, at: datetime) -> bool:
        """Keep the outcome of a step, and settle its budgets.

        False, and nothing changes, when there is an outcome already, or the step is unknown.
        """
        ...

    async def reusable(
        self,
        agent: str,
        version: str,
        input_digest: str,
        *,
        runs: Collection[str] | None = None,
        tenant: str | None = None,
        since: datetime | None = None,
    ) -> Outcome | None:
        """The latest ok outcome of the same version of an agent for the same input (`reuse_digest` of the step).

        `agent` is the agent's own name, whatever the step was called in its run. `runs`, `tenant` and `since` (when it
        ended) say which outcomes count; none given: all.
        """
        ...

    async def activity(self, agents: Collection[str], *, latest: int, now: datetime) -> dict[str, AgentActivity]:
        """How each of the agents has been doing: at most so many outcomes, and its open steps."""
        ...
