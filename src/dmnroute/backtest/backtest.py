"""Hold a draft against every recorded decision of a window."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from random import Random
from typing import Any, Protocol

from dmnroute.backtest.comparing import Comparison, Differ, Group
from dmnroute.backtest.contexts import Contexts
from dmnroute.backtest.outlook import Prospects, Rest
from dmnroute.backtest.reading import Path
from dmnroute.backtest.replays import Sample, replayed
from dmnroute.backtest.report import Backtest
from dmnroute.backtest.sums import NONE
from dmnroute.errors import DmnrouteError
from dmnroute.routing.catalogue import Catalogue
from dmnroute.routing.explanation import recorded_context
from dmnroute.routing.history import History
from dmnroute.routing.policy import PolicyVersion
from dmnroute.routing.ports.recorded import RecordedHop, RecordedRun, RecordedStore, Window
from dmnroute.routing.ports.runs import RunStore
from dmnroute.routing.records.run import ENDED
from dmnroute.routing.records.step import PEOPLE

AT_ONCE = 500
"""Runs that are read together."""

Versions = Callable[[str, int], Awaitable[PolicyVersion]]
"""Finds the version of a policy by name and number; see `PolicySource.version`."""


class Recordings(RecordedStore, RunStore, Protocol):
    """Where recorded runs are: any `Store`."""


async def backtest(
    store: Recordings,
    draft: PolicyVersion,
    catalogue: Catalogue,
    versions: Versions,
    *,
    window: Window,
    seed: int = 0,
    replays: int = 0,
    progress: Callable[[int], None] = lambda runs: None,
) -> Backtest:
    """What the draft would have decided at each hop that tables decided in these runs.

    Each hop is judged with what was recorded until then; `seed` chooses the examples, and the `replays` runs at most
    that are followed where they part from the record. `progress` is told how many runs were looked at, time and again.
    Nothing is kept of a run once it was looked at.
    """
    survey = await store.survey(window)
    differ = Differ(draft, catalogue)
    for name, number in survey.decisions:
        if name == draft.name:
            await _add(differ, versions, number)
    look = _Look(differ, window, Random(seed), Sample(replays, Random(seed)))
    async for run, contexts in contexts_of(store, look.paths, window):
        look.run(run, contexts)
        if look.runs % AT_ONCE == 0:
            progress(AT_ONCE)
    progress(look.runs % AT_ONCE)
    found = look.found()
    return replace(found, replays=await replayed(store, look.parted, draft, catalogue)) if replays else found


async def contexts_of(
    store: Recordings, paths: tuple[Path, ...], window: Window
) -> AsyncIterator[tuple[RecordedRun, Iterator[Mapping[str, Any]]]]:
    """The runs of a window, each with the contexts of its hops, as far as the paths lead; read them before going on."""
    quick = Contexts(paths)
    after = None
    while runs := await store.recorded(window, quick.parts, after=after, limit=AT_ONCE):
        for run in runs:
            if quick.fit(run):
                yield run, quick.of(run)
            elif (history := await store.history(run.id)) is not None:
                yield run, in_full(history, run)
        after = runs[-1].started, runs[-1].id


def in_full(history: History, run: RecordedRun) -> Iterator[Mapping[str, Any]]:
    """The whole contexts of a run's own hops, each put together out of the history: for any run, and slow."""
    for hop in run.hops:
        yield recorded_context(history, hop.hop)


def tables_decided(hop: RecordedHop) -> bool:
    """Whether tables were asked: they aren't for what follows by itself, at limits, and where somebody forces a hop."""
    record = hop.record
    return not (record.get("stage") or record.get("forced")) and record.get("limit") not in ("hops", "time")


async def _add(differ: Differ, versions: Versions, number: int) -> None:
    """A version that can't be read any more is left out."""
    try:
        differ.add(await versions(differ.draft.name, number))
    except DmnrouteError:
        return


@dataclass(slots=True)
class _Look:
    """What was found so far."""

    differ: Differ
    window: Window
    random: Random
    parted: Sample
    prospects: Prospects = field(default_factory=Prospects)
    runs: int = 0
    decisions: int = 0
    asked: int = 0
    unread: int = 0
    changed_hops: int = 0
    changed_runs: int = 0

    @property
    def paths(self) -> tuple[Path, ...]:
        """What any of the versions reads, and the draft."""
        return tuple(sorted({path for each in self.differ.comparisons.values() for path in each.reading.paths}))

    def run(self, run: RecordedRun, contexts: Iterator[Mapping[str, Any]]) -> None:
        """Look at each hop of a run."""
        self.runs += 1
        self.decisions += len(run.hops)
        groups: list[tuple[int, Group]] = []
        for index, (hop, context) in enumerate(zip(run.hops, contexts, strict=False)):
            if tables_decided(hop) and hop.policy == self.differ.draft.name:
                self.asked += 1
                group = self._group(hop, context)
                if group is None:
                    self.unread += 1
                else:
                    groups.append((index, group))
        self._note(run, groups)

    def _group(self, hop: RecordedHop, context: Mapping[str, Any]) -> Group | None:
        comparison: Comparison | None = self.differ.comparisons.get(hop.version)
        group = comparison.group(context, hop.at) if comparison else None
        return None if group is None or group.before.error is not None else group

    def _note(self, run: RecordedRun, groups: list[tuple[int, Group]]) -> None:
        """Count where the run goes another way, and what its ways took to the end."""
        rests = rests_of(run) if run.status in ENDED else None
        is_first = True
        for index, group in groups:
            if rests is not None:
                self.prospects.went(group.before.name, rests[index])
            if group.move is None:
                continue
            self.changed_hops += 1
            group.move.take(run.id, run.hops[index].hop, self.random)
            if is_first:
                is_first = False
                self.changed_runs += 1
                group.move.runs += 1
                if rests is not None:
                    self.parted.add((run.id, run.hops[index].hop))
                if rests is not None and group.after.error is None:
                    self.prospects.would_go(group.after.name, rests[index])

    def found(self) -> Backtest:
        """The figures by now."""
        for comparison in self.differ.comparisons.values():
            comparison.count_up()
        return Backtest(
            policy=self.differ.draft.name,
            digest=self.differ.draft.digest,
            window=self.window,
            versions=tuple(sorted(self.differ.comparisons)),
            runs=self.runs,
            decisions=self.decisions,
            asked=self.asked,
            unread=self.unread,
            changed_hops=self.changed_hops,
            changed_runs=self.changed_runs,
            stops=dict(sorted(self.differ.stops.items())),
            transitions=self.differ.transitions(),
            rules=self.differ.rules(),
            outlook=self.prospects.outlook(),
        )


def rests_of(run: RecordedRun) -> list[Rest]:
    """For each hop what the run took from it on."""
    cost: dict[int, Decimal] = {}
    latency: dict[int, Decimal] = {}
    for step in run.steps:
        cost[step.hop] = cost.get(step.hop, NONE) + (step.cost or NONE)
        if step.type != PEOPLE and step.latency is not None:
            latency[step.hop] = max(latency.get(step.hop, NONE), step.latency)
    rests: list[Rest] = []
    rest = Rest(NONE, NONE, 0)
    for hop in reversed(run.hops):
        asks = hop.record["plan"]["action"] == "escalate"
        number = hop.hop
        rest = Rest(
            rest.cost + cost.get(number, NONE), rest.latency + latency.get(number, NONE), rest.escalations + asks
        )
        rests.append(rest)
    return rests[::-1]
