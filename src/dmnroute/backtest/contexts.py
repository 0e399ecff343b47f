"""The contexts of recorded hops, hop after hop from what was recorded, and only as far as tables read them.

`routing.context` puts the same together for one hop out of a whole history. Here each hop adds what came of the hop
before, and nothing is checked once more, which takes a fraction of the time. It knows runs as most of them are; a run
that people steered, that was forked, or whose hops followed from each other (guards, retries), is left to
`routing.context`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from dmnroute.backtest.reading import Path
from dmnroute.errors import RouteError
from dmnroute.routing.amounts import Amounts
from dmnroute.routing.context import AgentFigures, agreement, budget_context
from dmnroute.routing.elapsed import seconds_between
from dmnroute.routing.merge import merge
from dmnroute.routing.ports.recorded import Leaves, Parts, RecordedHop, RecordedRun, RecordedStep
from dmnroute.routing.records.run import Limits
from dmnroute.routing.records.step import PEOPLE, Outcome, StepError
from dmnroute.routing.standing import measured, share_used

COLUMNS = ("step", "agent", "status", "confidence", "cost", "latency")
"""Fields of an outcome that the store has as columns."""
LATER = {name: field.get_default(call_default_factory=True) for name, field in Outcome.model_fields.items()}
_OF_ERRORS = {name: field.get_default() for name, field in StepError.model_fields.items() if not field.is_required()}

KNOWN: Mapping[str, frozenset[str] | None] = {
    "run": frozenset(("id", "policy", "tenant", "hop", "started", "elapsed", "input", "cost", "tokens", "tags")),
    "facts": None,
    "last": frozenset(("agents", "status", "outcomes", "confidence", "agreement", "cost", "latency", "signal")),
    "steps": None,
    "budget": None,
    "slo": frozenset(("limit", "elapsed", "remaining", "ratio", "target")),
    "agents": None,
    "signals": None,
    "guards": None,
}
"""What can be put together here; null: all of it."""


class Contexts:
    """Puts the contexts of recorded runs together, as far as the paths lead."""

    def __init__(self, paths: Sequence[Path]) -> None:
        paths = tuple(_expanded(paths))
        roots = {path[0] for path in paths}
        self._names = {root: _names(root, paths) for root in roots}
        self._builders = {root: build for root, build in _BUILDERS.items() if root in roots}
        self._limits = _KnownLimits()
        self._is_known = all(_is_known(path) for path in paths)
        self.parts = Parts(
            run="input" in self._names.get("run", ()) or "tags" in self._names.get("run", ()),
            settings=("limits", "merge", "origin"),
            decision=("stage", "held", "forced", "limit", "plan.action", *_of_decision(paths)),
            planned="budget" in roots or any(_reads_outcome(path) for path in paths),
            output=any(_reads_output(path) for path in paths),
            fields=_fields(paths),
            outcome=any(_reads_outcome(path) for path in paths),
        )

    def fit(self, run: RecordedRun) -> bool:
        """Whether a run can be done here."""
        return self._is_known and not run.is_steered and run.record.get("origin") is None and _is_plain(run)

    def of(self, run: RecordedRun) -> Iterator[dict[str, Any]]:
        """The context of each hop of a run that fits."""
        limits = self._limits.of(run.record["limits"]) if self._names.keys() & {"budget", "slo"} else _NO_LIMITS
        progress = _Progress(run, self._names, self.parts, limits)
        for hop in run.hops:
            yield {root: build(progress, hop) for root, build in self._builders.items()}
            try:
                progress.take(hop)
            except RouteError:  # facts that can't be merged stopped the run: no later hop could be decided
                return


def _expanded(paths: Sequence[Path]) -> Iterator[Path]:
    """A root that is read as a whole is all that is known of it."""
    for path in paths:
        names = KNOWN.get(path[0]) if len(path) == 1 else None
        yield from [(path[0], name) for name in sorted(names)] if names else [path]


def _names(root: str, paths: Sequence[Path]) -> frozenset[str]:
    """What is read of a root."""
    return frozenset(path[1] for path in paths if path[0] == root and path[1:])


def _is_known(path: Path) -> bool:
    root, *rest = path
    if root not in _ROOTS:
        return True  # nobody gives it, so it is null everywhere
    known = KNOWN.get(root, frozenset())
    return known is None or bool(rest and rest[0] in known)


_ROOTS = frozenset(("run", "facts", "last", "steps", "guards", "budget", "slo", "agents", "signals", "people"))


def _of_decision(paths: Sequence[Path]) -> Iterator[str]:
    """What of a decision's record goes into contexts."""
    for name, read in _READ_OF_DECISIONS.items():
        if any(path[: len(read)] == read or read[: len(path)] == path for path in paths):
            yield name
    if any(_reads_outcome(path) for path in paths):
        yield "settled"


_READ_OF_DECISIONS: Mapping[str, Path] = {
    "previous.status": ("last", "status"),
    "previous.signal": ("last", "signal"),
    "standing": ("budget",),
    "figures": ("agents",),
    "signals_seen": ("signals",),
}
"""Field of the record → what of a context tells it."""


def _fields(paths: Sequence[Path]) -> Leaves:
    """The fields of outputs that are read; null where outputs are read as a whole."""
    fields: set[str] = set()
    for path in paths:
        if _reads_output(path):
            name = path[1:2] if path[0] == "facts" else path[3:4] if path[0] == "steps" else ()
            if not name:
                return None
            fields.update(name)
    return tuple(sorted(fields))


def _reads_output(path: Path) -> bool:
    return path[0] == "facts" or path[:2] in (("last", "outcomes"), ("last", "agreement")) or _of_step(path, "output")


def _reads_outcome(path: Path) -> bool:
    if path[0] == "budget" or path[:2] in (("run", "tokens"), ("last", "outcomes")):
        return True
    return path[0] == "steps" and (len(path) < 3 or path[2] not in (*COLUMNS, "output"))


def _of_step(path: Path, field: str) -> bool:
    return path[0] == "steps" and (len(path) < 3 or path[2] == field)


def _is_plain(run: RecordedRun) -> bool:
    """Whether tables decided each hop, and nothing else came between; a question has no reminders."""
    questions = set()
    for hop in run.hops:
        record = hop.record
        if record.get("stage") or record.get("held") or record.get("forced"):
            return False
        if record["plan"]["action"] == "escalate":
            questions.add(hop.hop)
    if not questions:
        return True
    asked = [step.hop for step in run.steps if step.hop in questions]
    return len(asked) == len(set(asked))


class _KnownLimits:
    """The limits of runs: stores hand the same value over for many runs, and each is checked once."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Any, Limits]] = {}
        """By what they were made of, which is kept, so that nothing else gets its identity."""

    def of(self, fields: Any) -> Limits:
        known = self._known.get(id(fields))
        if known is None:
            if len(self._known) >= MOST_LIMITS:
                self._known.clear()
            known = self._known[id(fields)] = fields, Limits.model_validate(fields)
        return known[1]


MOST_LIMITS = 1000
_NO_LIMITS = Limits()


class _Progress:
    """A run as it stood before a hop."""

    def __init__(self, run: RecordedRun, names: Mapping[str, frozenset[str]], parts: Parts, limits: Limits) -> None:
        self.run = run
        self.names = names
        self.parts = parts
        self.hops = 0
        self.facts: dict[str, Any] = {}
        self.steps: dict[str, dict[str, Any]] = {}
        self.last: list[dict[str, Any]] = []
        self.cost = Decimal(0)
        self.tokens = 0
        self.used_cost = Decimal(0)
        self.used_tokens = 0
        self.used_calls = 0
        self.unknown = 0
        self.limits = limits
        self._steps = iter(run.steps)
        self._next = next(self._steps, None)

    def take(self, hop: RecordedHop) -> None:
        """Add what came of a hop."""
        self.hops += 1
        self.last = []
        settled = hop.record.get("settled") or ()
        while self._next is not None and self._next.hop == hop.hop:
            step, self._next = self._next, next(self._steps, None)
            if step.status is not None:
                self._ended(step, is_sent=step.id not in settled)

    def _ended(self, step: RecordedStep, *, is_sent: bool) -> None:
        outcome = _outcome(step, self.parts)
        self.last.append(outcome)
        self.steps[step.agent] = outcome
        if step.status == "ok" and step.output:
            merge(self.facts, step.output, self.run.record.get("merge") or {})
        self.cost += step.cost or 0
        self.unknown += step.cost is None
        if self.parts.outcome:
            self.tokens += outcome["tokens"]
            if is_sent:
                self._use(step, outcome)

    def _use(self, step: RecordedStep, outcome: Mapping[str, Any]) -> None:
        """Count it against the run's limits; what nobody knows counts as it was estimated."""
        reserved = (step.planned or {}).get("reserve", 0)
        self.used_cost += (reserved if step.cost is None else step.cost) or 0
        self.used_tokens += outcome["tokens"]
        self.used_calls += 0 if step.type == PEOPLE else outcome["calls"]


def _outcome(step: RecordedStep, parts: Parts) -> dict[str, Any]:
    """The outcome as tables see it."""
    found: dict[str, Any] = {
        "step": step.id,
        "agent": step.agent,
        "status": step.status,
        "confidence": step.confidence,
        "cost": step.cost,
        "latency": step.latency,
    }
    if parts.outcome:
        found = LATER | found | step.outcome | {"branch": step.planned.get("branch")}  # workers know nothing of that
        if found["error"] is not None:
            found["error"] = _OF_ERRORS | found["error"]
    if parts.output:
        found["output"] = step.output
    return found


def _run(now: _Progress, hop: RecordedHop) -> dict[str, Any]:
    return {name: _OF_RUN[name](now, hop) for name in now.names["run"]}


_OF_RUN: Mapping[str, Callable[[_Progress, RecordedHop], Any]] = {
    "id": lambda now, hop: now.run.id,
    "policy": lambda now, hop: now.run.policy,
    "tenant": lambda now, hop: now.run.tenant,
    "hop": lambda now, hop: now.hops + 1,
    "started": lambda now, hop: now.run.started.isoformat(),
    "elapsed": lambda now, hop: seconds_between(now.run.started, hop.at),
    "input": lambda now, hop: now.run.input,
    "cost": lambda now, hop: now.cost,
    "tokens": lambda now, hop: now.tokens,
    "tags": lambda now, hop: now.run.tags,
}


def _last(now: _Progress, hop: RecordedHop) -> dict[str, Any]:
    return {name: _OF_LAST[name](now, hop) for name in now.names["last"]}


def _lowest_confidence(now: _Progress, hop: RecordedHop) -> Decimal | None:
    ok = (each["confidence"] for each in now.last if each["status"] == "ok")
    return min((confidence for confidence in ok if confidence is not None), default=None)


def _signal(now: _Progress, hop: RecordedHop) -> dict[str, Any] | None:
    number = hop.record["previous"].get("signal")
    found = next((signal for signal in now.run.signals if signal.number == number), None)
    if found is None:
        return None
    return {"name": found.name, "payload": found.payload, "at": found.at.isoformat()}


_OF_LAST: Mapping[str, Callable[[_Progress, RecordedHop], Any]] = {
    "agents": lambda now, hop: [each["agent"] for each in now.last],
    "status": lambda now, hop: hop.record["previous"]["status"],
    "outcomes": lambda now, hop: now.last,
    "confidence": _lowest_confidence,
    "agreement": lambda now, hop: agreement([each["output"] for each in now.last if each["status"] == "ok"]),
    "cost": lambda now, hop: sum((each["cost"] for each in now.last if each["cost"] is not None), Decimal(0)),
    "latency": lambda now, hop: max((each["latency"] for each in now.last), default=Decimal(0)),
    "signal": _signal,
}


def _budget(now: _Progress, hop: RecordedHop) -> dict[str, Any]:
    used = Amounts(cost=now.used_cost, tokens=now.used_tokens, calls=now.used_calls, hops=now.hops)
    return budget_context(now.limits, used, hop.record.get("standing") or {}, unknown=now.unknown).model_dump()


def _slo(now: _Progress, hop: RecordedHop) -> dict[str, Any]:
    elapsed = seconds_between(now.run.started, hop.at)
    return {name: _OF_SLO[name](now.limits, elapsed) for name in now.names["slo"]}


_OF_SLO: Mapping[str, Callable[[Limits, Decimal], Any]] = {
    "limit": lambda limits, elapsed: limits.time,
    "elapsed": lambda limits, elapsed: elapsed,
    "remaining": lambda limits, elapsed: measured(limits.time, elapsed).remaining,
    "ratio": lambda limits, elapsed: share_used(limits.time, elapsed),
    "target": lambda limits, elapsed: limits.slo,
}


def _agents(now: _Progress, hop: RecordedHop) -> dict[str, Any]:
    figures = hop.record.get("figures") or {}
    return {name: AgentFigures.model_validate(figure).model_dump() for name, figure in figures.items()}


def _signals(now: _Progress, hop: RecordedHop) -> dict[str, Any]:
    seen = hop.record.get("signals_seen") or 0
    return {signal.name: signal.payload for signal in now.run.signals if signal.number <= seen}


_BUILDERS: Mapping[str, Callable[[_Progress, RecordedHop], Any]] = {
    "run": _run,
    "facts": lambda now, hop: now.facts,
    "last": _last,
    "steps": lambda now, hop: now.steps,
    "budget": _budget,
    "slo": _slo,
    "agents": _agents,
    "signals": _signals,
    "guards": lambda now, hop: {"verdict": None, "verdicts": []},
}
