"""Many recorded runs at a time, as they are kept: for reports over all of them, which would take hours run by run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple, Protocol, TypeAlias

from dmnroute.routing.records.signal import Signal


@dataclass(frozen=True, slots=True)
class Window:
    """Which runs: those of a policy that were started from `since` until before `until`; null is open."""

    policy: str
    tenant: str | None = None
    since: datetime | None = None
    until: datetime | None = None


Leaves: TypeAlias = tuple[str, ...] | None
"""Dotted names (``plan.action``) of what is read of a JSON value, null where it isn't there; null: all of it."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What is read beside where runs went; what isn't is null."""

    run: bool = False
    """Its `input` and `tags`."""
    settings: Leaves = None
    """Of `RecordedRun.record`."""
    decision: Leaves = None
    """Of `RecordedHop.record`."""
    planned: bool = False
    """Of steps, `planned`."""
    output: bool = False
    """Of steps, `output`, as far as `fields` go."""
    fields: Leaves = None
    """Of outputs; names without dots."""
    outcome: bool = False
    """Of steps, `outcome`."""


class RecordedStep(NamedTuple):
    """A step with its outcome; fields as in the records `PlannedStep` and `Outcome`, JSON as plain values.

    Values of JSON may be shared with other steps: they are read, never changed.
    """

    hop: int
    id: str
    agent: str
    type: str
    status: str | None
    """Null while there is no outcome."""
    confidence: Decimal | None
    cost: Decimal | None
    latency: Decimal | None
    planned: Any
    """The other fields of the step."""
    outcome: Any
    """The other fields of the outcome."""
    output: Any


class RecordedHop(NamedTuple):
    """A decision without its steps."""

    hop: int
    at: datetime
    policy: str
    version: int
    record: Any
    """The other fields of the decision."""


class RecordedRun(NamedTuple):
    """A run with its own hops: of a fork, not those that it began with."""

    id: str
    policy: str
    tenant: str
    started: datetime
    status: str
    input: Any
    tags: Any
    record: Any
    """The other fields of the run."""
    hops: Sequence[RecordedHop]
    steps: Sequence[RecordedStep]
    """In the order of the plans."""
    signals: Sequence[Signal]
    is_steered: bool
    """Whether people asked anything of it."""


@dataclass(frozen=True, slots=True)
class Survey:
    """What a window holds."""

    runs: int
    decisions: Mapping[tuple[str, int], int]
    """Name and version of a policy → how many decisions it took, those that followed by themselves included."""


class RecordedStore(Protocol):
    """What runs recorded, many at a time."""

    async def recorded(
        self, window: Window, parts: Parts, *, after: tuple[datetime, str] | None = None, limit: int
    ) -> list[RecordedRun]:
        """At most so many runs, each whole, by start and id; those behind the start and id of `after`."""
        ...

    async def survey(self, window: Window) -> Survey:
        """How much there is, and what decided it."""
        ...
