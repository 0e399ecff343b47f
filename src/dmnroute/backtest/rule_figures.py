"""What each rule of a table has done with the runs that were recorded: hits, ends, cost, and what came of its steps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from dmnroute.backtest.sums import NONE, Sums
from dmnroute.dmn import Model
from dmnroute.dmn.model import DecisionTable
from dmnroute.routing.ports.recorded import Parts, RecordedHop, RecordedRun, RecordedStep, RecordedStore, Window
from dmnroute.routing.records.step import PEOPLE

AT_ONCE = 500
"""Runs that are read together."""

ASKING_GUARDS = ("guards_before", "guards_after")
"""Stages whose outcomes are verdicts."""

Rule = tuple[str, str]
"""A decision, and the id of one of its rules; its number where it has no id."""


@dataclass(frozen=True, slots=True)
class RuleFigures:
    """What a rule has done."""

    decision: str
    rule: int
    id: str
    annotation: str
    hits: int
    runs: int
    ends: Mapping[str, int]
    """Status → how many of these runs have it now."""
    cost: Decimal
    """USD, as far as it is known, of what was sent because of it: guards and retries included."""
    confidence: Decimal | None
    """Mean of the ok outcomes of the steps that it chose; null where none said how sure it was."""
    last: datetime | None
    """When it matched last."""

    @property
    def is_dead(self) -> bool:
        """Whether it matched nowhere."""
        return self.hits == 0


@dataclass(frozen=True, slots=True)
class FiguresOfRules:
    """What the rules of a table have done in a window."""

    policy: str
    window: Window
    runs: int
    decisions: int
    """Hops that tables decided."""
    rules: tuple[RuleFigures, ...]
    gone: int
    """Hits of rules that the table doesn't have any more."""


async def rule_figures(
    store: RecordedStore, model: Model, window: Window, *, progress: Callable[[int], None] = lambda runs: None
) -> FiguresOfRules:
    """Gather the figures of a model's rules; rules of other versions count by their id (without ids: by number)."""
    gathered = _Gathered()
    after = None
    while runs := await store.recorded(window, Parts(), after=after, limit=AT_ONCE):
        for run in runs:
            gathered.take(run)
        after = runs[-1].started, runs[-1].id
        progress(len(runs))
    rules = tuple(gathered.figures(model))
    gone = sum(each.hits for each in gathered.rules.values()) - sum(each.hits for each in rules)
    return FiguresOfRules(window.policy, window, gathered.runs, gathered.decisions, rules, gone)


@dataclass(slots=True)
class _Rule:
    hits: int = 0
    runs: int = 0
    ends: Counter[str] = field(default_factory=Counter)
    cost: Decimal = NONE
    confidence: Sums = field(default_factory=Sums)
    last: datetime | None = None


@dataclass(slots=True)
class _Gathered:
    runs: int = 0
    decisions: int = 0
    rules: dict[Rule, _Rule] = field(default_factory=dict)

    def take(self, run: RecordedRun) -> None:
        """Add a run: what follows from a decision by itself is the doing of the rules that made it."""
        self.runs += 1
        steps = _by_hop(run.steps)
        seen: set[Rule] = set()
        current: list[_Rule] = []
        for hop in run.hops:
            if not hop.record.get("stage"):
                hits = _hits(hop)
                current = [self.rules.setdefault(hit, _Rule()) for hit in hits]
                seen.update(hits)
                self.decisions += bool(hits)
                for rule in current:
                    rule.hits += 1
                    rule.last = hop.at if rule.last is None else max(rule.last, hop.at)
            for rule in current:
                _add(rule, hop, steps.get(hop.hop, []))
        for each in seen:
            self.rules[each].runs += 1
            self.rules[each].ends[run.status] += 1

    def figures(self, model: Model) -> Iterator[RuleFigures]:
        """In the order of the tables."""
        for name, decision in model.decisions.items():
            table = decision.element.expression
            if not isinstance(table, DecisionTable):
                continue
            for number, rule in enumerate(table.rules, 1):
                found = self.rules.get((name, rule.id or str(number)), _Rule())
                yield RuleFigures(
                    decision=name,
                    rule=number,
                    id=rule.id,
                    annotation=next((note for note in rule.annotations if note), rule.description),
                    hits=found.hits,
                    runs=found.runs,
                    ends=dict(sorted(found.ends.items())),
                    cost=found.cost,
                    confidence=found.confidence.mean if found.confidence.count else None,
                    last=found.last,
                )


def _hits(hop: RecordedHop) -> list[Rule]:
    rules: Sequence[Mapping[str, Any]] = hop.record.get("rules") or ()
    return list(dict.fromkeys((each["decision"], each.get("id") or str(each["rule"])) for each in rules))


def _add(rule: _Rule, hop: RecordedHop, steps: Sequence[RecordedStep]) -> None:
    are_verdicts = hop.record.get("stage") in ASKING_GUARDS or bool(hop.record.get("held"))
    for step in steps:
        rule.cost += step.cost or NONE
        if step.status == "ok" and step.confidence is not None and step.type != PEOPLE and not are_verdicts:
            rule.confidence.add(step.confidence)


def _by_hop(steps: Sequence[RecordedStep]) -> dict[int, list[RecordedStep]]:
    found: dict[int, list[RecordedStep]] = {}
    for step in steps:
        found.setdefault(step.hop, []).append(step)
    return found
