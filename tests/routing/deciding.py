"""A small project to decide in: two agents, a clock that stands still, and histories made by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from tests.support.tables import route

from dmnroute.dmn import load
from dmnroute.errors import RouteError
from dmnroute.routing.canonical import digest_of_bytes
from dmnroute.routing.catalogue import AgentSpec, Catalogue
from dmnroute.routing.decide import decide
from dmnroute.routing.history import History
from dmnroute.routing.policy import PolicyVersion
from dmnroute.routing.progress import hop_end
from dmnroute.routing.records.hop import DecisionRecord, HopEnd, Plan
from dmnroute.routing.records.run import Limits, Run
from dmnroute.routing.records.signal import Signal
from dmnroute.routing.records.step import Outcome
from dmnroute.routing.seeds import seed_of

START = datetime(2026, 3, 1, 12, tzinfo=UTC)

OCR = AgentSpec(
    "ocr",
    fields=frozenset({"path", "dpi", "input", "item", "items"}),
    required=frozenset({"path"}),
    outputs=frozenset({"text"}),
    cost=Decimal("0.1"),
    timeout=Decimal(30),
    version="2",
)
ASK = AgentSpec(
    "ask",
    fields=frozenset({"question", "text"}),
    required=frozenset(),
    outputs=frozenset({"answer", "total"}),
    problem=lambda value: "question: too short" if value.get("question") == "?" else None,
)
CATALOGUE = Catalogue({"ocr": OCR, "ask": ASK}, facts=frozenset({"verdict"}))


def later(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def run(**fields: Any) -> Run:
    usual = {"id": "r", "policy": "p", "started": START, "input": {"path": "a.pdf"}}
    return Run(**usual | fields)


def version(text: str, *, number: int = 1, file: str = "p.dmn", decision: str = "Route") -> PolicyVersion:
    model = load(text.encode(), name=file)
    return PolicyVersion("p", number, digest_of_bytes(model.source), model, decision)


def one_rule(**cells: str) -> PolicyVersion:
    """A policy whose only rule says this; `as_` is the column `as`."""
    names = [name.rstrip("_") for name in cells]
    return version(route(["run.hop"], names, [["-", *cells.values()]]))


def decided(
    policy: PolicyVersion,
    history: History | None = None,
    *,
    at: float = 0,
    catalogue: Catalogue = CATALOGUE,
    previous: HopEnd | None = None,
    figures: Mapping[str, Any] | None = None,
) -> DecisionRecord:
    """The next decision of a history whose latest hop is over."""
    history = history or History(run())
    end = previous or hop_end(history, now=later(at))
    assert end is not None
    seed = seed_of(history.run.id, len(history.hops) + 1)
    return decide(history, policy, catalogue, previous=end, now=later(at), seed=seed, figures=figures)


def planned(history: History | None = None, **cells: str) -> Plan:
    """The plan that one rule makes."""
    return decided(one_rule(**cells), history).plan


def refused(history: History | None = None, *, policy: PolicyVersion | None = None, **cells: str) -> str:
    """The whole message of a route that can't be carried out, its code before it."""
    try:
        decided(policy or one_rule(**cells), history)
    except RouteError as error:
        return f"{error.code}: {error}"
    raise AssertionError("a route was decided")


def limited(**limits: Any) -> History:
    return History(run(limits=Limits(**limits)))


def after(history: History, policy: PolicyVersion, *outcomes: Mapping[str, Any], at: float = 0) -> History:
    """The history with one more hop, and these outcomes for its steps, in the order of arrival."""
    decision = decided(policy, history, at=at)
    steps = decision.plan.steps
    arrived = [
        Outcome(**{"step": steps[index].id, "agent": steps[index].agent, "status": "ok"} | {**fields})
        for index, fields in enumerate(outcomes)
    ]
    return history.with_decision(decision).with_outcomes(arrived)


def with_signals(history: History, *names: str, payloads: Sequence[Any] = ()) -> History:
    signals = tuple(
        Signal(run="r", number=n, name=name, payload=payloads[n - 1] if payloads else None, at=START)
        for n, name in enumerate(names, 1)
    )
    return History(history.run, history.hops, signals)
