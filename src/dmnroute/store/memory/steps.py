"""Steps as they are kept in memory: whose they are, and what became of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, TypeAlias

from dmnroute.routing.records.hop import DecisionRecord
from dmnroute.routing.records.step import Outcome
from dmnroute.store import rows
from dmnroute.store.breakers import Ended
from dmnroute.store.memory.plain import step_rows

ReuseKey: TypeAlias = tuple[str, str, str]
"""Job type, version and digest of the input."""


@dataclass(frozen=True, slots=True)
class KeptStep:
    """A planned step."""

    run: str
    hop: int
    type: str
    target: str | None
    reuse_key: ReuseKey | None
    """None for steps that happened elsewhere: they are never reused."""


class EndedStep(NamedTuple):
    """An outcome that was kept; ordered by its moment, then by the step."""

    at: datetime
    step: str
    outcome: Outcome


class KeptSteps:
    """Every step of every run by its id, and the outcomes that others ask for."""

    def __init__(self) -> None:
        self._all: dict[str, KeptStep] = {}
        self._ok: dict[ReuseKey, list[EndedStep]] = {}
        self._telling: dict[str, list[EndedStep]] = {}

    def find(self, step: str) -> KeptStep | None:
        return self._all.get(step)

    def __getitem__(self, step: str) -> KeptStep:
        return self._all[step]

    def plan(self, decision: DecisionRecord, *, elsewhere: bool = False) -> None:
        """Keep the steps of a decision."""
        for row in step_rows(decision):
            key = None if elsewhere else (row["type"], row["version"], row["input_digest"])
            kept = KeptStep(decision.run, decision.hop, row["type"], row["record"]["target"], key)
            self._all[row["id"]] = kept

    def end(self, outcome: Outcome, at: datetime) -> None:
        """Keep what became of a step, as far as others ask for it."""
        step, ended = self._all[outcome.step], EndedStep(at, outcome.step, outcome)
        if outcome.status in rows.TELLING:
            self._telling.setdefault(step.type, []).append(ended)
        if outcome.status == "ok" and step.reuse_key is not None:
            self._ok.setdefault(step.reuse_key, []).append(ended)

    def ended(self, outcomes: Iterable[Outcome]) -> list[Ended]:
        """Outcomes with what breakers need to know of their steps."""
        steps = ((outcome, self._all[outcome.step]) for outcome in outcomes)
        return [Ended(outcome, step.type, step.target) for outcome, step in steps]

    def ok(self, agent: str, version: str, input_digest: str) -> Iterator[tuple[EndedStep, KeptStep]]:
        """The steps that went well with just this input."""
        for ended in self._ok.get((rows.job_type(agent), version, input_digest), []):
            yield ended, self._all[ended.step]

    def latest(self, agent: str, count: int) -> tuple[Outcome, ...]:
        """The newest outcomes that tell something of an agent, the newest first."""
        ended = sorted(self._telling.get(rows.job_type(agent), []), key=lambda each: each[:2], reverse=True)
        return tuple(each.outcome for each in ended[:count])
