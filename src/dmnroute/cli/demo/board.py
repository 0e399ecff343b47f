"""What a demo knows at a moment: a fold over its events, without a terminal and without a clock."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from typing import assert_never

from dmnroute.cli.demo.events import (
    REACHED_AN_END,
    EndTold,
    Event,
    HopTold,
    Paid,
    PolicyChangedTold,
    PolicyRefusedTold,
    Started,
)
from dmnroute.cli.demo.table import TableView
from dmnroute.cli.demo.texts import one_line

LONG_AGO = float("-inf")


@dataclass(slots=True)
class Tally:
    """How often a rule was hit, when last, and what the steps that it dispatched cost in USD."""

    hits: int = 0
    last_hit: float = LONG_AGO
    cost: Decimal = Decimal(0)


@dataclass(slots=True)
class Line:
    """A document: its latest hop, or how it came to rest."""

    document: str
    to: str = ""
    rules: tuple[int, ...] = ()
    because: str = ""
    confidence: Decimal | None = None
    cost: Decimal = Decimal(0)
    end: EndTold | None = None
    updated: float = LONG_AGO


@dataclass(slots=True)
class Board:
    """Fold events with `take`; a screen shows what it finds here."""

    started: Started | None = None
    table: TableView | None = None
    version: int = 0
    tallies: dict[str, Tally] = field(default_factory=dict)
    """By the id of the rule, which stays when a table is edited."""
    lines: dict[str, Line] = field(default_factory=dict)
    """By run, in the order of their first hop."""
    notes: list[str] = field(default_factory=list)
    """What happened to the policy, the latest last."""
    ends: Counter[str] = field(default_factory=Counter)
    """In words."""
    errors: dict[str, EndTold] = field(default_factory=dict)
    """The runs that reached no end."""
    hops: int = 0
    resting: int = 0
    resumed: int = 0
    """How many rested before this process began."""

    @property
    def cost(self) -> Decimal:
        """USD, of all documents so far."""
        return sum((line.cost for line in self.lines.values()), Decimal(0))

    def tally(self, rule: int) -> Tally:
        """The tally of a rule of the present table, by its number from 1."""
        return self.tallies.setdefault(self._key(rule), Tally())

    def take(self, event: Event) -> None:
        """Go on by one event."""
        match event:
            case Started():
                self.started, self.table, self.version = event, event.table, event.version
            case HopTold():
                self._hop(event)
            case EndTold():
                self._end(event)
            case PolicyChangedTold():
                self.table, self.version = event.table, event.version
                changes = "; ".join(map(one_line, event.changes)) or "nothing that a decision reads"
                self.notes.append(f"version {event.version} from the next hop: {changes}")
            case PolicyRefusedTold():
                stays = f"; version {event.stays} stays" if event.stays else ""
                self.notes.append(f"refused{stays}: {one_line(event.error)}")
            case _:
                assert_never(event)

    def _hop(self, event: HopTold) -> None:
        line = self.lines.setdefault(event.run, Line(event.document))
        self._rouse(line)
        line.to, line.rules, line.because = event.to, event.rules, event.because
        line.confidence = event.confidence if event.confidence is not None else line.confidence
        line.cost, line.updated = event.cost, event.at
        self.hops += 1
        self._pay(event.paid)
        for rule in set(event.rules):
            tally = self.tally(rule)
            tally.hits += 1
            tally.last_hit = LONG_AGO if event.earlier else event.at

    def _end(self, event: EndTold) -> None:
        line = self.lines.setdefault(event.run, Line(event.document))
        self._rouse(line)
        line.end, line.updated = event, event.at
        line.cost = max(line.cost, event.cost)
        self._pay(event.paid)
        self.resting += 1
        self.resumed += event.earlier
        self.ends[event.words] += 1
        if event.kind not in REACHED_AN_END:
            self.errors[event.run] = event

    def _rouse(self, line: Line) -> None:
        """A run that rested goes on: it was answered or retried."""
        if line.end is None:
            return
        self.resting -= 1
        self.resumed -= line.end.earlier
        self.ends[line.end.words] -= 1
        self.errors = {run: end for run, end in self.errors.items() if end is not line.end}
        line.end = None

    def _pay(self, paid: Paid) -> None:
        for rule, cost in paid:
            self.tally(rule).cost += cost

    def _key(self, rule: int) -> str:
        known = self.table.rules if self.table else ()
        return known[rule - 1] if 0 < rule <= len(known) else str(rule)
