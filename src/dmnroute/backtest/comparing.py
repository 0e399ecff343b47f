"""Hold a draft against the versions that decided: what cannot be told apart is asked once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any

from dmnroute.backtest.answers import Answer, answer_of
from dmnroute.backtest.reading import Reading, reading_of
from dmnroute.backtest.report import RuleHits, Transition
from dmnroute.dmn.model import DecisionTable
from dmnroute.routing.catalogue import Catalogue
from dmnroute.routing.policy import PolicyVersion

MOST_GROUPS = 20_000
"""Groups of contexts kept at once, for each version; beyond that they are counted up and forgotten."""
EXAMPLES = 3
"""Hops shown of each transition."""


@dataclass(slots=True)
class Move:
    """Hops that go another way: between the same rules, to the same way."""

    before: Answer
    after: Answer
    hops: int = 0
    runs: int = 0
    """Runs whose first other way it is."""
    examples: list[tuple[str, int]] = field(default_factory=list)

    def take(self, run: str, hop: int, random: Random) -> None:
        """Count a hop; each has the same chance to be an example."""
        self.hops += 1
        if len(self.examples) < EXAMPLES:
            self.examples.append((run, hop))
        elif (place := random.randrange(self.hops)) < EXAMPLES:
            self.examples[place] = run, hop


@dataclass(slots=True)
class Group:
    """Hops that neither version can tell apart."""

    before: Answer
    after: Answer
    move: Move | None
    """Null where they go the same way."""
    hops: int = 0


class Comparison:
    """The draft beside one recorded version."""

    def __init__(self, recorded: PolicyVersion, differ: Differ) -> None:
        self._recorded = recorded
        self._differ = differ
        self.reading: Reading = reading_of([recorded.model, differ.draft.model])
        self._groups: dict[tuple[Hashable, ...], Group] = {}

    def group(self, context: Mapping[str, Any], at: datetime) -> Group:
        """The group of a context, with one more hop in it."""
        key = self.reading.key(context)
        if self.reading.by_moment:
            key = (*key, at)
        group = self._groups.get(key)
        if group is None:
            group = self._groups[key] = self._asked(self.reading.part(context), at)
        group.hops += 1
        return group

    def _asked(self, context: Mapping[str, Any], at: datetime) -> Group:
        if len(self._groups) >= MOST_GROUPS:
            self.count_up()
        differ = self._differ
        before = answer_of(self._recorded, context, differ.catalogue, now=at)
        is_same = self._recorded.digest == differ.draft.digest
        after = before if is_same else answer_of(differ.draft, context, differ.catalogue, now=at)
        is_kept = before.error is not None or before.leads_as(after)
        return Group(before, after, None if is_kept else differ.move(before, after))

    def count_up(self) -> None:
        """Add the groups to the totals, and forget them."""
        for group in self._groups.values():
            self._differ.count(group)
        self._groups.clear()


class Differ:
    """A draft beside all versions that decided."""

    def __init__(self, draft: PolicyVersion, catalogue: Catalogue) -> None:
        self.draft = draft
        self.catalogue = catalogue
        self.comparisons: dict[int, Comparison] = {}
        """By number of the recorded version."""
        self._moves: dict[tuple[Hashable, ...], Move] = {}
        self._hits: Counter[tuple[str, int]] = Counter()
        self._hits_before: Counter[tuple[str, str]] = Counter()
        self.stops: Counter[str] = Counter()
        """Hops that the draft would stop at, by the code of the error."""

    def add(self, recorded: PolicyVersion) -> Comparison:
        """One more version that decided."""
        self.comparisons[recorded.version] = comparison = Comparison(recorded, self)
        return comparison

    def move(self, before: Answer, after: Answer) -> Move:
        """The move from one answer to the other, one for all that look the same."""
        route = self.draft.route
        key = (before.taken(route), before.name, after.taken(route), after.name)
        return self._moves.setdefault(key, Move(before, after))

    def count(self, group: Group) -> None:
        """Add a group to the totals."""
        if group.before.error is not None:
            return
        for hit in group.after.rules:
            self._hits[hit.decision, hit.rule] += group.hops
        for hit in group.before.rules:
            self._hits_before[hit.decision, hit.id or str(hit.rule)] += group.hops
        if group.after.error is not None:
            self.stops[group.after.error.code] += group.hops

    def transitions(self) -> tuple[Transition, ...]:
        """The moves, those of most hops first."""
        route = self.draft.route
        made = [
            Transition(
                before_rules=move.before.taken(route),
                before=move.before.name,
                after_rules=move.after.taken(route),
                after=move.after.name,
                hops=move.hops,
                runs=move.runs,
                error=None if move.after.error is None else str(move.after.error),
                examples=tuple(sorted(move.examples)),
            )
            for move in self._moves.values()
            if move.hops
        ]
        return tuple(sorted(made, key=lambda each: (-each.hops, each.before_rules, each.after_rules, each.after)))

    def rules(self) -> tuple[RuleHits, ...]:
        """The rules of the draft, each with how often it would match, and how often its like did."""
        return tuple(
            RuleHits(
                decision=name,
                rule=number,
                id=rule.id,
                annotation=rule.description or next((note for note in rule.annotations if note), ""),
                hits=self._hits[name, number],
                recorded=self._hits_before[name, rule.id or str(number)],
            )
            for name, decision in self.draft.model.decisions.items()
            if isinstance(table := decision.element.expression, DecisionTable)
            for number, rule in enumerate(table.rules, 1)
        )
