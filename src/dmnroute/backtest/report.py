"""What a backtest found: frozen data, for texts, pages and programs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from dmnroute.backtest.outlook import Expected, Outlook
from dmnroute.routing.ports.recorded import Window

Hop: TypeAlias = tuple[str, int]
"""A run, and the number of one of its hops."""


@dataclass(frozen=True, slots=True)
class Transition:
    """Hops that go another way, from the rules that matched then to those of the draft."""

    before_rules: tuple[int, ...]
    before: str
    """The agents or the action."""
    after_rules: tuple[int, ...]
    after: str
    hops: int
    runs: int
    """Runs that part here from what was recorded: what came after it in them would have been something else."""
    error: str | None
    """What would stop the run."""
    examples: tuple[Hop, ...]


@dataclass(frozen=True, slots=True)
class RuleHits:
    """A rule of the draft."""

    decision: str
    rule: int
    id: str
    annotation: str
    hits: int
    """Hops at which it matches."""
    recorded: int
    """Hops at which the rule with the same id (without ids: the same number) matched."""


@dataclass(frozen=True, slots=True)
class Replays:
    """Runs that were followed by the draft from where they part from the record, with recorded outcomes."""

    parted: int
    """Ended runs that part from the record."""
    followed: int
    """Of these, chosen at random."""
    known: int
    """Of these, runs of which it is known how they would have ended."""
    ends: dict[str, dict[str, int]]
    """How they ended → how they would have ended (``unknown`` and ``stopped`` among them) → runs."""
    unknown: dict[str, int]
    """What wasn't recorded → runs that nobody can follow beyond it."""
    stopped: dict[str, int]
    """The error that would stop runs → runs."""
    cost: Expected
    """Over the runs that are known to the end; the interval is what so many others like them would come to."""
    latency: Expected
    escalations: Expected


@dataclass(frozen=True, slots=True)
class Backtest:
    """What a draft would have decided at recorded hops."""

    policy: str
    digest: str
    """Of the draft."""
    window: Window
    versions: tuple[int, ...]
    """That decided."""
    runs: int
    decisions: int
    """Hops of these runs."""
    asked: int
    """Of these, hops that tables decided: the others followed from one before, or a limit or a person decided."""
    unread: int
    """Hops that tables decided and that can't be held against the draft: their version can't be read or asked today."""
    changed_hops: int
    changed_runs: int
    stops: dict[str, int]
    """Hops that the draft couldn't decide, by the code of the error: the runs would stop."""
    transitions: tuple[Transition, ...]
    rules: tuple[RuleHits, ...]
    outlook: Outlook
    replays: Replays | None = None
    """Null where none were asked for."""
