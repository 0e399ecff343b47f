"""A run as it is kept in memory."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from dmnroute.routing.history import History, Hop
from dmnroute.routing.records.control import Control
from dmnroute.routing.records.hop import DecisionRecord
from dmnroute.routing.records.run import RunState
from dmnroute.routing.records.signal import Signal
from dmnroute.routing.records.step import Outcome, PlannedStep
from dmnroute.store import rows
from dmnroute.store.utc import in_utc


@dataclass(slots=True)
class KeptRun:
    """A run with its lock; decisions and outcomes are only ever added."""

    state: RunState
    decisions: list[DecisionRecord] = field(default_factory=list)
    outcomes: dict[int, dict[str, Outcome]] = field(default_factory=dict)
    signals: list[Signal] = field(default_factory=list)
    signal_keys: dict[str, Signal] = field(default_factory=dict)
    controls: list[Control] = field(default_factory=list)
    begun: History | None = None
    """Of a fork: what it began with."""
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    def history(self) -> History:
        hops = (Hop(decision, dict(self.outcomes[decision.hop])) for decision in self.decisions)
        own = History(self.state.run, tuple(hops), tuple(self.signals), tuple(self.controls))
        return self.begun.went_on(own) if self.begun else own

    def decision(self, hop: int) -> DecisionRecord:
        """The decision of a hop; a fork's first ones are kept with the run that took them."""
        return next(decision for decision in self.decisions if decision.hop == hop)

    def open_steps(self, agent: str) -> Iterator[PlannedStep]:
        """The steps of an agent that have no outcome, while the run goes on."""
        if self.state.status == "running" and self.decisions:
            last = self.decisions[-1]
            for step in last.plan.steps:
                if step.type == rows.job_type(agent) and step.id not in self.outcomes[last.hop]:
                    yield step


def is_driven(kept: KeptRun, now: datetime) -> bool:
    """Whether an engine has it now."""
    state = kept.state
    held = state.owner is not None and state.lease_until is not None and state.lease_until > in_utc(now)
    return held or state.run.process_instance is not None
