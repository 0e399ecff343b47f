"""The figures of agents: gathered only where tables read them, recorded with the decision."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.support.tables import model, route, table

from dmnroute.dmn import load
from dmnroute.router.figures import figures_of, reads_agents
from dmnroute.router.router import Router
from dmnroute.routing.catalogue import AgentSpec, Catalogue
from dmnroute.routing.ports.steps import AgentActivity
from dmnroute.routing.records.step import Outcome
from dmnroute.routing.replay import replay
from dmnroute.store.memory.store import MemoryStore
from dmnroute.testing import FixedPolicies, ManualClock

CATALOGUE = Catalogue({name: AgentSpec(name, fields=frozenset(), required=frozenset()) for name in ("fast", "slow")})


def outcome(**fields: Any) -> Outcome:
    return Outcome(**{"step": "r/1.1", "agent": "fast", "status": "ok"} | fields)


def test_figures_of_nothing_are_null() -> None:
    """Counts are 0, whatever wasn't measured is null."""
    assert figures_of(AgentActivity()) == {
        "in_flight": 0,
        "backlog": 0,
        "queued": None,
        "error_rate": None,
        "latency_p95": None,
        "cost_mean": None,
        "confidence_mean": None,
    }


def test_figures_are_those_of_the_latest_outcomes() -> None:
    """Confidence of ok ones; reused ones cost nothing and took no time: they don't count."""
    outcomes = (
        outcome(confidence=Decimal("0.9"), cost=Decimal("0.3"), latency=Decimal(1), queued=Decimal(2)),
        outcome(confidence=Decimal("0.6"), cost=Decimal("0.3"), latency=Decimal(2), queued=Decimal(4)),
        outcome(status="failed", confidence=Decimal("0.1"), cost=Decimal("0.1"), latency=Decimal(9)),
        outcome(reused=True, confidence=Decimal("0.1")),
    )
    assert figures_of(AgentActivity(outcomes, driven=2, waiting=1)) == {
        "in_flight": 2,
        "backlog": 1,
        "queued": Decimal(3),
        "error_rate": Decimal("0.333333"),
        "latency_p95": Decimal(9),
        "cost_mean": Decimal("0.233333"),
        "confidence_mean": Decimal("0.75"),
    }


def test_what_its_hop_or_an_slo_ended_is_no_error_of_an_agent() -> None:
    """It might have answered in its own time."""
    outcomes = (outcome(status="failed"), outcome(), outcome(status="timeout", cut="hop_timeout"))
    assert figures_of(AgentActivity(outcomes))["error_rate"] == Decimal("0.5")


@pytest.mark.parametrize(("count", "p95"), [(1, 1), (19, 19), (20, 19), (40, 38), (50, 48)])
def test_the_latency_is_the_nearest_rank(count: int, p95: int) -> None:
    """95 of 100 calls took no longer."""
    outcomes = tuple(outcome(latency=Decimal(n)) for n in range(1, count + 1))
    assert figures_of(AgentActivity(outcomes))["latency_p95"] == p95


@pytest.mark.parametrize(
    ("expression", "reads"),
    [
        ("agents.slow.error_rate", True),
        ("count(agents)", True),
        ("last.agents", False),
        ('"agents.slow"', False),
        ("facts.agents", False),
    ],
)
def test_a_policy_reads_figures_when_an_expression_does(expression: str, reads: bool) -> None:
    """In any of its decisions."""
    text = model(
        table("Load", [expression], ["load"], [["-", '"low"']]),
        table("Route", ["Load"], ["agent"], [["-", '"fast"']], requires=["Load"]),
    )
    assert reads_agents(load(text.encode())) is reads


BUSY = route(
    ["run.hop", "agents.slow.error_rate", "agents.slow.in_flight"],
    ["agent", "action"],
    [
        ["1, 2", "null", "0", '"slow"', "null"],
        ["2", "> 0.5", "-", '"fast"', "null"],
        ["-", "-", "-", "null", '"complete"'],
    ],
)


def router_of(text: str, store: MemoryStore) -> Router:
    return Router(store, FixedPolicies({"p": load(text.encode(), name="p.dmn")}), CATALOGUE, ManualClock())


async def test_figures_decide_are_recorded_and_replayed() -> None:
    """The moment of the decision is kept with it."""
    router = router_of(BUSY, MemoryStore())
    await router.start([router.new_run("r", "p", input={})])
    await router.route("r")
    await router.record(outcome(step="r/1.1", agent="slow", status="failed", latency=Decimal(3)))
    turn = await router.route("r")
    assert [step.agent for step in turn.hop.decision.plan.steps] == ["fast"]
    assert turn.hop.decision.figures["slow"] == {
        "in_flight": 0,
        "backlog": 0,
        "queued": None,
        "error_rate": Decimal(1),
        "latency_p95": Decimal(3),
        "cost_mean": Decimal(0),
        "confidence_mean": None,
        "breaker": "closed",
        "targets": [],
    }
    history = await router.store.history("r")
    assert history is not None
    policy = await router.policies.active("p")
    assert all(replay(history, hop, policy=policy, catalogue=CATALOGUE).identical for hop in (1, 2))


async def test_figures_that_nobody_reads_are_not_gathered(monkeypatch: pytest.MonkeyPatch) -> None:
    """The store isn't asked, and nothing is recorded."""

    async def asked(*_: Any, **__: Any) -> Any:
        raise AssertionError("figures were gathered")

    store = MemoryStore()
    monkeypatch.setattr(MemoryStore, "activity", asked)
    router = router_of(route(["run.hop"], ["agent"], [["-", '"fast"']]), store)
    await router.start([router.new_run("r", "p", input={})])
    assert (await router.route("r")).hop.decision.figures == {}
