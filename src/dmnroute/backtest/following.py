"""Follow a run under other tables, as far as what was recorded of it tells what its agents say.

The same rules decide as in any run (`routing.decide`, `routing.progress`); an engine would only carry out what is
known here already. Where a step asks an agent for what it was asked in that run, at whatever hop, its recorded outcome
is taken, each at most once. Where it doesn't, nobody can know how it went on: that is said, and nothing is guessed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from dmnroute.backtest.outlook import Rest
from dmnroute.errors import DmnrouteError
from dmnroute.routing.canonical import dumps, plain
from dmnroute.routing.catalogue import Catalogue
from dmnroute.routing.decide import decide
from dmnroute.routing.history import History
from dmnroute.routing.outcomes import known_cost
from dmnroute.routing.policy import PolicyVersion
from dmnroute.routing.progress import hop_end
from dmnroute.routing.records.hop import DecisionRecord, HopEnd
from dmnroute.routing.records.step import PEOPLE, Outcome, PlannedStep

ENDS = frozenset(("complete", "fail", "cancel"))

NOBODY_KNOWS = "unknown"
STOPS = "stopped"


@dataclass(frozen=True, slots=True)
class Followed:
    """How far a run can be followed, and what it takes on the way."""

    end: str
    """The action that ends it (``complete``, ``fail``, ``cancel``), ``stopped`` or ``unknown``."""
    why: str
    """Of ``stopped`` the code of the error; of ``unknown`` what wasn't recorded."""
    history: History
    """What would have been, as far as it is known."""
    rest: Rest
    """From the hop where it parts from the record, as far as it is known."""

    @property
    def is_known(self) -> bool:
        """Whether it is known how it ends."""
        return self.end in ENDS


class _Asked(NamedTuple):
    """What makes two steps the same to an agent."""

    type: str
    agent: str
    input: str


def follow(history: History, hop: int, policy: PolicyVersion, catalogue: Catalogue) -> Followed:
    """Decide a recorded run anew from a hop on, by another version."""
    recorded = history.hops[hop - 1].decision
    now, past = recorded.at, history.before(hop)
    untold = _Untold(history, hop)
    end: HopEnd | None = recorded.previous
    while end is not None:
        try:
            decision = _decided(past, policy, catalogue, end, now, known=history)
        except DmnrouteError as error:
            return _followed(STOPS, error.code, past, hop)
        past = past.with_decision(decision)
        if decision.plan.action in ENDS:
            return _followed(decision.plan.action, "", past, hop)
        told, missing = untold.of(decision)
        past = past.with_outcomes(outcome for outcome, _ in told)
        if missing:
            return _followed(NOBODY_KNOWS, missing, past, hop)
        now += max((took for _, took in told), default=timedelta())
        end = hop_end(past, now=now)
    return _followed(NOBODY_KNOWS, "what ends a wait", past, hop)


def ended_as_recorded(history: History) -> Followed:
    """A run that isn't sent another way: all of it is known."""
    last = history.last
    end = last.decision.plan.action if last is not None and last.decision.plan.action in ENDS else NOBODY_KNOWS
    return Followed(end, "" if end in ENDS else "how it ended", history, rest_of(history, 1))


def rest_of(history: History, hop: int) -> Rest:
    """What a run takes from a hop on: USD, seconds of the slowest agent of each hop, questions to people."""
    cost, latency, asked = Decimal(0), Decimal(0), 0
    for each in history.hops[hop - 1 :]:
        outcomes = each.ordered()
        people = {step.id for step in each.decision.plan.steps if step.type == PEOPLE}
        cost += known_cost(outcomes)
        latency += max((one.latency for one in outcomes if one.step not in people), default=Decimal(0))
        asked += each.decision.plan.action == "escalate"
    return Rest(cost, latency, asked)


def _decided(
    past: History, policy: PolicyVersion, catalogue: Catalogue, end: HopEnd, now: datetime, *, known: History
) -> DecisionRecord:
    """The next decision; what agents were like at that moment is taken from the recorded hop of the same number."""
    like = known.hops[min(len(past.hops), len(known.hops) - 1)].decision
    return decide(
        past,
        policy,
        catalogue,
        previous=end,
        now=now,
        seed=like.seed,
        figures=like.figures,
        standing=like.standing,
        estimates=like.estimates,
    )


def _followed(end: str, why: str, past: History, hop: int) -> Followed:
    return Followed(end, why, past, rest_of(past, hop))


class _Untold:
    """Outcomes that were recorded, and that the run as it would have been hasn't had yet."""

    def __init__(self, history: History, hop: int) -> None:
        self._left: dict[_Asked, list[_Told]] = {}
        hops = history.hops[hop - 1 :]
        for each, after in zip(hops, [*hops[1:], None], strict=True):
            took = None if after is None else after.decision.at - each.decision.at
            for step in each.decision.plan.steps:
                outcome = each.outcome(step)
                if outcome is not None and outcome.status not in ("cancelled", "skipped"):
                    alone = timedelta(seconds=float(outcome.latency))
                    self._left.setdefault(_asked(step), []).append((outcome, alone if took is None else took))

    def of(self, decision: DecisionRecord) -> tuple[list[_Told], str]:
        """The outcomes of the steps of a decision, and what nobody knows."""
        if decision.plan.action == "wait":
            return [], "what ends a wait"
        told: list[_Told] = []
        missing: list[str] = []
        for step in decision.plan.steps:
            left = self._left.get(_asked(step))
            if left:
                outcome, took = left.pop(0)
                told.append((outcome.model_copy(update={"step": step.id}), took))
            else:
                missing.append("what people answer" if step.type == PEOPLE else f"what `{step.agent}` says")
        return told, missing[0] if missing else ""


_Told = tuple[Outcome, timedelta]
"""An outcome, and how long the hop took that it was recorded in."""


def _asked(step: PlannedStep) -> _Asked:
    return _Asked(step.type, step.agent, dumps(plain(step.input)))
