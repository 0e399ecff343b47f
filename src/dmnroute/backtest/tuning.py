"""What a threshold costs and what it is worth: recorded runs decided anew with other numbers in one cell.

Each run of a sample is followed under each candidate as far as recorded outcomes go (`following`). Whether what its
agents made of it is right is told by an expression of the project over what is known of the run by now: a fact that
people corrected, a validation. Where people are asked, they put it right; where nobody is, what is wrong stays wrong.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random
from typing import Any, Protocol

from dmnroute.backtest.cells import ThresholdCell
from dmnroute.backtest.following import Followed, ended_as_recorded, follow, rest_of
from dmnroute.backtest.outlook import NORMAL
from dmnroute.backtest.replays import Sample
from dmnroute.backtest.sums import NONE, Sums
from dmnroute.errors import DmnrouteError
from dmnroute.feel import Expression
from dmnroute.routing.catalogue import Catalogue
from dmnroute.routing.context import build_context
from dmnroute.routing.explanation import recorded_context
from dmnroute.routing.history import History
from dmnroute.routing.policy import PolicyVersion
from dmnroute.routing.ports.recorded import Parts, RecordedStore, Window
from dmnroute.routing.ports.runs import RunStore
from dmnroute.routing.records.hop import HopEnd
from dmnroute.routing.records.run import ENDED
from dmnroute.routing.replay import replay

AT_ONCE = 1000
CANDIDATES = 9
"""Thresholds that are tried where none are given, beside the present one."""


class Recordings(RecordedStore, RunStore, Protocol):
    """Where recorded runs are: any `Store`."""


@dataclass(frozen=True, slots=True)
class Share:
    """A share with its 95 % interval (Wilson); null where there is nothing to share."""

    count: int
    of: int

    @property
    def value(self) -> Decimal | None:
        """0-1."""
        return Decimal(self.count) / self.of if self.of else None

    @property
    def interval(self) -> tuple[Decimal, Decimal] | None:
        """The bounds."""
        if not self.of:
            return None
        n, z2 = Decimal(self.of), NORMAL * NORMAL
        p = self.count / n
        middle = (p + z2 / (2 * n)) / (1 + z2 / n)
        half = NORMAL / (1 + z2 / n) * (p * (1 - p) / n + z2 / (4 * n * n)).sqrt()
        return max(middle - half, NONE), min(middle + half, Decimal(1))


@dataclass(frozen=True, slots=True)
class Point:
    """One threshold, and what would have become of the runs."""

    threshold: Decimal
    present: bool
    alone: int
    """Runs that end without people."""
    asked: int
    """Runs that people are asked about."""
    stopped: int
    """Runs that the table couldn't decide."""
    unknown: int
    """Runs that nobody can follow: agents would be asked what they weren't asked in them."""
    error: Share
    """Wrong ends, of the runs that end without people and of which it is known whether their end was right."""
    cost: Decimal | None
    """USD a run, mean over those that end alone or are asked about."""
    latency: Decimal | None
    """Seconds of agents a run, likewise."""

    @property
    def escalations(self) -> Share:
        """The share of runs that people are asked about, of those that are known."""
        return Share(self.asked, self.asked + self.alone)


@dataclass(frozen=True, slots=True)
class Tuning:
    """The curve of a cell."""

    policy: str
    decision: str
    rule: int
    label: str
    text: str
    """Of the cell, as it is."""
    right: str
    window: Window
    of: int
    """Ended runs of the window."""
    runs: int
    """Of these, chosen at random."""
    labelled: int
    """Of these, runs of which it is known whether their end was right."""
    points: tuple[Point, ...]
    """By threshold, rising."""
    max_error: Decimal | None
    best: Decimal | None
    """The threshold that asks people least, of those whose error is at most `max_error`; null if none."""


async def tune(
    store: Recordings,
    cell: ThresholdCell,
    right: Expression,
    catalogue: Catalogue,
    *,
    window: Window,
    values: Sequence[Decimal] | None = None,
    max_error: Decimal | None = None,
    most: int = 1000,
    seed: int = 0,
    progress: Callable[[int], None] = lambda runs: None,
) -> Tuning:
    """Follow at most so many runs of a window with each threshold; by default they spread as the recorded values do."""
    chosen = await _chosen(store, window, most, seed)
    seen = [value async for history in _histories(store, chosen.taken) for value in _values(history, cell)]
    candidates = sorted({cell.bound.value, *(_spread(seen, cell.bound.value) if values is None else values)})
    trials = [_Trial(value, cell.with_value(value)) for value in candidates]
    present = next(trial for trial in trials if trial.value == cell.bound.value)
    labelled = runs = 0
    async for history in _histories(store, chosen.taken):
        runs += 1
        is_right = _is_right(history, right)
        labelled += is_right is not None
        base = followed(history, present.policy, catalogue)
        for trial in trials:
            same = trial is present or not _flips(base.history, cell, trial.value)
            trial.take(base if same else followed(history, trial.policy, catalogue), is_right)
        progress(1)
    points = tuple(trial.point(present=trial is present) for trial in trials)
    return Tuning(
        policy=window.policy,
        decision=cell.decision,
        rule=cell.rule,
        label=cell.label,
        text=cell.text,
        right=right.text,
        window=window,
        of=chosen.of,
        runs=runs,
        labelled=labelled,
        points=points,
        max_error=max_error,
        best=_best(points, max_error),
    )


def followed(history: History, policy: PolicyVersion, catalogue: Catalogue) -> Followed:
    """The run as it was while the tables send it the way that was recorded, and followed from where they don't."""
    for hop in range(1, len(history.hops) + 1):
        if not replay(history, hop, policy=policy, catalogue=catalogue).same_route:
            return follow(history, hop, policy, catalogue)
    return ended_as_recorded(history)


async def _chosen(store: Recordings, window: Window, most: int, seed: int) -> Sample:
    """Runs that ended, by chance: those that people steered, and forks, have gone ways of their own."""
    sample, after = Sample(most, Random(seed)), None
    parts = Parts(settings=("origin",), decision=("stage",), output=False)
    while runs := await store.recorded(window, parts, after=after, limit=AT_ONCE):
        for run in runs:
            if run.status in ENDED and run.hops and not run.is_steered and not run.record["origin"]:
                sample.add((run.id, 1))
        after = runs[-1].started, runs[-1].id
    return sample


async def _histories(store: RunStore, runs: Iterable[tuple[str, int]]) -> AsyncIterator[History]:
    for run, _ in sorted(runs):
        history = await store.history(run)
        if history is not None:
            yield history


def _values(history: History, cell: ThresholdCell) -> Iterator[Any]:
    """What the cell's column was at each hop that tables decided."""
    for hop, each in enumerate(history.hops, 1):
        decision = each.decision
        if decision.stage or decision.forced or decision.limit in ("hops", "time"):
            continue
        try:
            context = recorded_context(history, hop)
            route = cell.policy.model.evaluate(cell.policy.route, context, now=decision.at)
        except DmnrouteError:
            continue
        for result in (route, *route.required.values()):
            if result.decision == cell.decision and len(result.inputs) >= cell.column:
                yield result.inputs[cell.column - 1].value


def _flips(history: History, cell: ThresholdCell, value: Decimal) -> bool:
    """Whether the cell answers another way at some hop: else every decision is as with the present number."""
    holds, present = cell.bound.holds, cell.bound.value
    return any(holds(seen, value) != holds(seen, present) for seen in _values(history, cell))


def _spread(seen: Sequence[Any], present: Decimal) -> list[Decimal]:
    """Thresholds between which equally many of the recorded values lie, written about as the present one is."""
    numbers = sorted(Decimal(value) for value in seen if isinstance(value, int | Decimal) and value is not True)
    if not numbers:
        return []
    exponent = present.as_tuple().exponent
    places = max(-exponent if isinstance(exponent, int) else 0, 2 if abs(present) <= 1 else 0)
    at = (len(numbers) * part // (CANDIDATES + 1) for part in range(1, CANDIDATES + 1))
    return [round(numbers[place], places) for place in at]


def _is_right(history: History, right: Expression) -> bool | None:
    """What the expression says of the run by now; null where it isn't known."""
    last = history.last
    assert last is not None
    plan = last.decision.plan
    context = build_context(history, HopEnd(status="ok"), now=last.decision.at)
    said = right.evaluate({**context, "action": plan.action, "result": plan.result}).value
    return said if isinstance(said, bool) else None


@dataclass(slots=True)
class _Trial:
    """One threshold."""

    value: Decimal
    policy: PolicyVersion
    alone: int = 0
    asked: int = 0
    stopped: int = 0
    unknown: int = 0
    wrong: int = 0
    judged: int = 0
    cost: Sums = field(default_factory=Sums)
    latency: Sums = field(default_factory=Sums)

    def take(self, found: Followed, is_right: bool | None) -> None:
        is_asked = any(hop.decision.plan.action == "escalate" for hop in found.history.hops)
        if found.end == "stopped":
            self.stopped += 1
        elif is_asked:
            self.asked += 1
        elif not found.is_known:
            self.unknown += 1
            return
        else:
            self.alone += 1
            if is_right is not None:
                self.judged += 1
                self.wrong += not is_right
        if found.end != "stopped":
            whole = rest_of(found.history, 1)
            self.cost.add(whole.cost)
            self.latency.add(whole.latency)

    def point(self, *, present: bool) -> Point:
        return Point(
            threshold=self.value,
            present=present,
            alone=self.alone,
            asked=self.asked,
            stopped=self.stopped,
            unknown=self.unknown,
            error=Share(self.wrong, self.judged),
            cost=self.cost.mean if self.cost.count else None,
            latency=self.latency.mean if self.latency.count else None,
        )


def _best(points: Sequence[Point], max_error: Decimal | None) -> Decimal | None:
    """Fewest questions, then the least cost, then the smallest error; stopped runs are no way to ask less."""
    if max_error is None:
        return None
    fit = [point for point in points if not point.stopped and point.error.value is not None]
    fit = [point for point in fit if (point.error.value or NONE) <= max_error]
    if not fit:
        return None
    return min(fit, key=_burden).threshold


def _burden(point: Point) -> tuple[Decimal, Decimal, Decimal]:
    return point.escalations.value or NONE, point.cost or NONE, point.error.value or NONE
