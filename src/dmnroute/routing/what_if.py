"""What would have become of recorded runs if one threshold of their policy were another: computed, not guessed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from dmnroute.dmn.edit import with_cell
from dmnroute.errors import DmnrouteError
from dmnroute.routing.canonical import digest_of_bytes
from dmnroute.routing.catalogue import Catalogue
from dmnroute.routing.context import build_context
from dmnroute.routing.history import History
from dmnroute.routing.policy import PolicyVersion
from dmnroute.routing.records.hop import Plan
from dmnroute.routing.replay import replay
from dmnroute.routing.thresholds import Shift, shifts

Column = tuple[str, int]
"""A decision and one of its input columns, from 1."""

Hops = Mapping[str, tuple[int, ...]]
"""Run → the hops at which a shift may make a difference."""


@dataclass(frozen=True, slots=True)
class WhatIf:
    """A shifted threshold, and the runs that it sends another way."""

    shift: Shift
    rerouted: tuple[str, ...]
    """Ids of the runs."""
    of: int
    """How many runs were looked at."""


def route_of(plan: Plan) -> tuple[object, ...]:
    """What counts as the same way: action, agents, group, signal, and the `status` of a result that has one."""
    status = plan.result.get("status") if isinstance(plan.result, dict) else None
    return plan.action, tuple((step.agent, step.type) for step in plan.steps), plan.group, plan.signal, status


def first_divergence(
    history: History, policy: PolicyVersion, catalogue: Catalogue, *, hops: Sequence[int] | None = None
) -> int | None:
    """The first hop at which another policy would have sent a run another way; what came after can't be known.

    Only the hops given are looked at. A decision that the other policy can't take is another way, too.
    """
    for hop in hops if hops is not None else range(1, len(history.hops) + 1):
        again = replay(history, hop, policy=policy, catalogue=catalogue)
        if isinstance(again.now, DmnrouteError) or route_of(again.now.intended) != route_of(again.recorded.intended):
            return hop
    return None


@dataclass(slots=True)
class Search:
    """Find the threshold that tells most: `look` at each run once, then `take` trial after trial, then see `best`.

    The best shift sends most runs another way, but not all; ties go to the smaller shift, then to the order of the
    file. Exact: a decision is only taken again where the value of the shifted cell's column lies between the old and
    the new threshold; everywhere else it can't come out differently. Histories are asked for when they are needed, so
    that not all have to be in memory at once.
    """

    policy: PolicyVersion
    catalogue: Catalogue
    best: WhatIf | None = None
    runs: list[str] = field(default_factory=list)
    """Those that were decided by this version of the policy, and by no other."""
    _seen: dict[Column, dict[str, dict[int, object]]] = field(default_factory=dict, init=False)

    def look(self, history: History) -> None:
        """Note what the tables saw at each hop of a run."""
        if not history.hops or any(hop.decision.digest != self.policy.digest for hop in history.hops):
            return
        run = history.run.id
        self.runs.append(run)
        for hop in range(1, len(history.hops) + 1):
            for column, value in self._inputs(history, hop):
                self._seen.setdefault(column, {}).setdefault(run, {})[hop] = value

    def trials(self) -> Iterator[Trial]:
        """What is worth trying, until nothing left can tell more than the best that was taken."""
        merit = _Merit(0, 0, 0)
        for order, shift, hops in self._ranked():
            if len(hops) < merit.rerouted:
                return
            trial = Trial(shift, self._changed(shift), hops, self.catalogue)
            yield trial
            mine = _Merit(len(trial.rerouted), -abs(shift.steps), -order)
            if trial.accepted and 0 < mine.rerouted < len(self.runs) and mine > merit:
                merit, self.best = mine, WhatIf(shift, tuple(trial.rerouted), len(self.runs))

    def _inputs(self, history: History, hop: int) -> Iterator[tuple[Column, object]]:
        decision = history.hops[hop - 1].decision
        if decision.stage or decision.limit in ("hops", "time"):  # the tables weren't asked
            return
        before = history.before(hop)
        context = build_context(
            before, decision.previous, now=decision.at, figures=decision.figures, standing=decision.standing
        )
        result = self.policy.model.evaluate(self.policy.route, context, now=decision.at)
        for each in (result, *result.required.values()):
            for number, value in enumerate(each.inputs, 1):
                yield (each.decision, number), value.value

    def _ranked(self) -> list[tuple[int, Shift, Hops]]:
        """The shifts that may touch a run, with their place in the file; those that may touch most first.

        Of the shifts of one cell that touch the very same hops the smallest stands for all.
        """
        known: set[tuple[object, ...]] = set()
        ranked: list[tuple[int, Shift, Hops]] = []
        small_first = sorted(enumerate(shifts(self.policy.model)), key=lambda each: abs(each[1].steps))
        for order, shift in small_first:
            hops = self._touched(shift)
            same = (shift.decision, shift.rule, shift.input, tuple(hops.items()))
            if hops and same not in known:
                known.add(same)
                ranked.append((order, shift, hops))
        return sorted(ranked, key=lambda each: (-len(each[2]), abs(each[1].steps), each[0]))

    def _touched(self, shift: Shift) -> Hops:
        seen = self._seen.get((shift.decision, shift.input), {})
        touched = {
            run: tuple(hop for hop, value in values.items() if shift.may_flip(value)) for run, values in seen.items()
        }
        return {run: hops for run, hops in touched.items() if hops}

    def _changed(self, shift: Shift) -> PolicyVersion:
        model = with_cell(self.policy.model, shift.decision, rule=shift.rule, column=shift.column, text=shift.new)
        return replace(self.policy, model=model, digest=digest_of_bytes(model.source))


@dataclass(slots=True)
class Trial:
    """One shift to try: give `decide` the history of each of the runs that it names."""

    shift: Shift
    policy: PolicyVersion
    """With the shifted threshold."""
    hops: Hops
    catalogue: Catalogue
    accepted: bool = True
    """Set it to false when this policy may not be used."""
    rerouted: list[str] = field(default_factory=list)

    def decide(self, history: History) -> None:
        """Decide the touched hops of a run anew."""
        if first_divergence(history, self.policy, self.catalogue, hops=self.hops[history.run.id]) is not None:
            self.rerouted.append(history.run.id)


class _Merit(NamedTuple):
    """Which of two findings tells more: the greater one."""

    rerouted: int
    smallness: int
    order: int


def most_telling(histories: Sequence[History], policy: PolicyVersion, catalogue: Catalogue) -> WhatIf | None:
    """Search among histories that are at hand."""
    search = Search(policy, catalogue)
    for history in histories:
        search.look(history)
    by_run = {history.run.id: history for history in histories}
    for trial in search.trials():
        for run in trial.hops:
            trial.decide(by_run[run])
    return search.best
