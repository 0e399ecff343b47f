"""Pauses: people hold a run, the runs of a tenant, an agent or everything, until they let it go on. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, TypeAlias

from dmnroute.routing.history import History
from dmnroute.routing.records.base import Record
from dmnroute.routing.records.run import RunState
from dmnroute.routing.records.step import PlannedStep

PauseScope: TypeAlias = Literal["run", "tenant", "agent", "all"]
PauseTimers: TypeAlias = Literal["stand", "run"]
"""Whether the waits and the time limit of a paused run stand still, or go on."""

_CHILD = re.compile(r"/\d+\.\d+\Z")
"""A child run has the id of its step."""


class Pause(Record):
    """Somebody's word that something takes no hop until it is lifted."""

    number: int
    """They grow in the order in which pauses came."""
    scope: PauseScope
    name: str = ""
    """Of the run, tenant or agent; empty for everything."""
    who: str
    why: str | None = None
    since: datetime
    timers: PauseTimers = "stand"
    lifted: datetime | None = None
    """When it was lifted; null while it holds."""
    lifted_by: str | None = None
    lifted_why: str | None = None

    @property
    def key(self) -> str:
        """``run:order-17``, ``tenant:acme``, ``agent:ocr``, ``all``"""
        return pause_key(self.scope, self.name)

    @property
    def what(self) -> str:
        """``everything``, ``tenant `acme```"""
        return "everything" if self.scope == "all" else f"{self.scope} `{self.name}`"

    def __str__(self) -> str:
        """``tenant `acme` is paused by ann: a bad price list``"""
        return f"{self.what} is paused by {self.who}" + (f": {self.why}" if self.why else "")


def pause_key(scope: PauseScope, name: str = "") -> str:
    """One pause at most holds under a key."""
    return scope if scope == "all" else f"{scope}:{name}"


def keys_over(run: str, tenant: str) -> frozenset[str]:
    """The keys of the pauses that hold a run: its own, those of the runs it works for, its tenant's, everybody's."""
    return frozenset(
        {*(pause_key("run", name) for name in lineage(run)), pause_key("tenant", tenant), pause_key("all")}
    )


def lineage(run: str) -> tuple[str, ...]:
    """A run and the runs that it works for, the topmost last."""
    names = [run]
    while _CHILD.search(names[-1]):
        names.append(names[-1].rpartition("/")[0])
    return tuple(names)


@dataclass(frozen=True, slots=True)
class Holds:
    """The pauses that concern one run, lifted ones included as far as its time goes back."""

    over: frozenset[str] = frozenset()
    """The keys of pauses that hold it as a whole."""
    pauses: tuple[Pause, ...] = ()
    released: datetime | None = None
    """When somebody let it go on in spite of its tenant's pause, or of everybody's."""

    @property
    def pause(self) -> Pause | None:
        """What holds the run as a whole now; the first one, where there are several."""
        return next((pause for pause in self.pauses if pause.key in self.over and self._holds(pause)), None)

    def of_agents(self, steps: Collection[PlannedStep]) -> Pause | None:
        """What holds a hop that would send these steps: the first pause of one of their agents."""
        keys = {pause_key("agent", step.type.removeprefix("agent.")) for step in steps if step.delay is None}
        return next((pause for pause in self.pauses if pause.key in keys and pause.lifted is None), None)

    def under(self, key: str) -> Pause | None:
        """The pause that holds the run under a key."""
        return next((pause for pause in self.pauses if pause.key == key and self._holds(pause)), None)

    def paused_agents(self) -> frozenset[str]:
        """The names of the agents that are paused now."""
        return frozenset(pause.name for pause in self.pauses if pause.scope == "agent" and pause.lifted is None)

    def stood(self, since: datetime, now: datetime) -> timedelta:
        """For how long the run's timers stood still meanwhile; pauses that hold at the same time count once."""
        total, reached = timedelta(0), since
        for begin, end in sorted(self._standing(now)):
            begin = max(begin, reached)
            if end > begin:
                total, reached = total + (end - begin), end
        return total

    def timers(self, history: History, now: datetime) -> datetime:
        """What the timers of the latest hop show: time that passes while they stand doesn't count."""
        return now if history.last is None else now - self.stood(history.last.decision.at, now)

    def _standing(self, now: datetime) -> Sequence[tuple[datetime, datetime]]:
        standing = [pause for pause in self.pauses if pause.key in self.over and pause.timers == "stand"]
        return [(pause.since, min(self._end(pause) or now, now)) for pause in standing]

    def _holds(self, pause: Pause) -> bool:
        return self._end(pause) is None

    def _end(self, pause: Pause) -> datetime | None:
        """When the pause ended for this run; null while it holds."""
        is_released = self.released is not None and pause.scope in ("tenant", "all") and self.released >= pause.since
        ends = [end for end in (pause.lifted, self.released if is_released else None) if end is not None]
        return min(ends, default=None)


def pause_of(state: RunState, pauses: Sequence[Pause]) -> Pause | None:
    """What keeps a run from going on, of the pauses that hold; null when nothing does."""
    holds = Holds(keys_over(state.run.id, state.run.tenant), tuple(pauses), state.released)
    return holds.pause or (holds.under(state.held) if state.held else None)


def held_until(history: History, pause: Pause) -> datetime | None:
    """When a held run has to be looked at in any case: a paused agent doesn't stop the run's time limit."""
    limit = history.run.limits.time
    if limit is None or pause.scope != "agent":
        return None
    return history.run.started + timedelta(microseconds=int((limit + history.stood) * 1_000_000))
