"""What a demo tells: everything that its screens show is made of these."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal, TypeAlias

from dmnroute.cli.demo.table import TableView
from dmnroute.routing.records.hop import Action

EndKind: TypeAlias = Literal["completed", "failed", "cancelled", "escalated", "stopped", "elsewhere"]

REACHED_AN_END: frozenset[EndKind] = frozenset({"completed", "failed", "cancelled", "escalated"})
"""A stopped run waits for somebody to mend its policy; one that is driven elsewhere goes on there."""

Paid: TypeAlias = tuple[tuple[int, Decimal], ...]
"""Rules of the route (from 1), and what the steps that they dispatched came to cost in USD."""


@dataclass(frozen=True, slots=True)
class Started:
    """The demo begins, or goes on."""

    at: float
    """Seconds on a clock that never goes back; the same in all events."""
    session: str
    policy: str
    version: int
    file: str
    documents: int
    changes: tuple[str, ...] = ()
    """Cells that `--set` changed."""
    continued: bool = False
    table: TableView | None = None
    """The decision that gives the next hop; none when it isn't a table."""


@dataclass(frozen=True, slots=True)
class HopTold:
    """A document was sent on."""

    at: float
    run: str
    document: str
    hop: int
    version: int
    action: Action
    to: str
    """Where to, in words: `ocr`, `find_dates, find_holders`, `escalated to document-desk`."""
    agents: tuple[str, ...]
    rules: tuple[int, ...]
    """Rules of the route that matched; none when a hard limit decided."""
    because: str
    confidence: Decimal | None = None
    """The lowest of the outcomes that led here."""
    cost: Decimal = Decimal(0)
    """USD, of the run so far."""
    paid: Paid = ()
    """For the hop before this one."""
    earlier: bool = False
    """Decided before this process began."""


@dataclass(frozen=True, slots=True)
class EndTold:
    """A document came to rest."""

    at: float
    run: str
    document: str
    kind: EndKind
    words: str
    """`completed: accepted`, `escalated to document-desk`, `stopped: no_match`."""
    error: str = ""
    """The whole message, when it stopped."""
    cost: Decimal = Decimal(0)
    paid: Paid = ()
    earlier: bool = False


@dataclass(frozen=True, slots=True)
class PolicyChangedTold:
    """Somebody saved the policy: the next hop is decided by it."""

    at: float
    version: int
    changes: tuple[str, ...]
    table: TableView | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class PolicyRefusedTold:
    """Somebody saved a broken policy: it isn't used."""

    at: float
    error: str
    stays: int | None
    """The version that goes on."""


Event: TypeAlias = Started | HopTold | EndTold | PolicyChangedTold | PolicyRefusedTold
