"""Breakers keep steps away from agents, and models behind them, that are in trouble."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from tests.scenarios.harness import Harness
from tests.support.tables import by_hop, route

from dmnroute.routing.breaker_rules import BreakerRule
from dmnroute.routing.history import History
from dmnroute.routing.replay import replay

RULE = BreakerRule(errors=2, open=Decimal(60))
DONE = {"action": '"complete"'}

AROUND = route(
    ["steps.service.status", "steps.service.error.kind", "steps.greet.status"],
    ["agent", "action"],
    [
        ["-", "-", '"ok"', "null", '"complete"'],
        ['"ok"', "-", "-", "null", '"complete"'],
        ["-", '"breaker_open"', "-", '"greet"', "null", "somebody else does it"],
        ["-", "-", "-", '"service"', "null"],
    ],
)
"""Ask the service until it answers; when its breaker keeps us away, let somebody else do it."""

BY_FIGURES = route(
    ["steps.service.status", "steps.greet.status", "agents.service.breaker"],
    ["agent", "action"],
    [
        ["-", '"ok"', "-", "null", '"complete"'],
        ['"ok"', "-", "-", "null", '"complete"'],
        ["-", "-", '"open"', '"greet"', "null"],
        ["-", "-", "-", '"service"', "null"],
    ],
)
"""The same, but the table reads the breaker, and plans no step for nothing."""


def watch(engine: Harness, **sections: BreakerRule) -> None:
    """The sections of the settings."""
    engine.router.breakers.sections.update(sections)


def down(engine: Harness, model: str = "small") -> Path:
    """Let a model be down until the file is removed."""
    file = Path(f"{engine.ledger}.{model}.down")
    file.touch()
    return file


def kinds(history: History) -> list[str | None]:
    """Of each outcome: the agent, or the kind of its error."""
    return [outcome.error.kind if outcome.error else outcome.agent for outcome in history.outcomes()]


async def told(engine: Harness) -> list[tuple[str, str]]:
    """What events say of breakers."""
    events = await engine.router.store.events()
    return [(event.kind, event.data["breaker"]) for event in events if event.kind.startswith("breaker_")]


async def test_an_agent_in_trouble_is_left_alone_until_a_probe_goes_well(engine: Harness) -> None:
    """Two errors open it, for every run; after its time one step tries, and closes it."""
    watch(engine, service=RULE)
    engine.publish("p", AROUND)
    broken = down(engine)
    first = await engine.start("p", run="first")
    await engine.until(first, "completed")
    history = await engine.history(first)
    assert kinds(history) == ["unavailable", "unavailable", "breaker_open", "greet"]
    assert engine.calls() == {"service": 2, "greet": 1}
    refused = history.hops[2]
    assert refused.decision.settled == (f"{first}/3.1",)
    assert 50 < refused.ordered()[0].metrics["retry_after"] <= 60
    second = await engine.start("p", run="second")
    await engine.until(second, "completed")
    assert kinds(await engine.history(second)) == ["breaker_open", "greet"]
    assert engine.calls()["service"] == 2
    broken.unlink()
    await engine.advance(61)
    third = await engine.start("p", run="third")
    await engine.until(third, "completed")
    history = await engine.history(third)
    assert kinds(history) == ["service"]
    assert history.hops[0].decision.probes == (f"{third}/1.1",)
    assert await told(engine) == [
        ("breaker_opened", "service"),
        ("breaker_half_opened", "service"),
        ("breaker_closed", "service"),
    ]


async def test_a_table_reads_the_breaker_and_replays_what_it_read(engine: Harness) -> None:
    """`agents.service.breaker` is recorded with the decision: opened by hand, nobody even plans a step for it."""
    engine.publish("p", BY_FIGURES)
    clock = engine.router.clock
    await engine.router.store.open_breaker("service", who="ann", why="maintenance", at=clock.now())
    run = await engine.start("p")
    await engine.until(run, "completed")
    history = await engine.history(run)
    assert kinds(history) == ["greet"]
    assert history.hops[0].decision.figures["service"]["breaker"] == "open"
    await engine.router.store.close_breaker("service", who="ann", why="done", at=clock.now())
    policy = await engine.router.policies.active("p")
    again = [replay(history, hop, policy=policy, catalogue=engine.router.catalogue) for hop in (1, 2)]
    assert all(each.identical for each in again)


async def test_one_of_many_steps_tries(engine: Harness) -> None:
    """The others of the same hop are refused; the hop goes on with what it has."""
    watch(engine, service=RULE)
    three = {"agent": '["service", "service", "service"]'}
    engine.publish("down", by_hop(["agent", "action"], [three, DONE]))
    engine.publish("up", by_hop(["agent", "action"], [three, DONE]))
    broken = down(engine)
    run = await engine.start("down", run="down")
    await engine.until(run, "completed")
    broken.unlink()
    await engine.advance(61)
    run = await engine.start("up", run="up")
    await engine.until(run, "completed")
    history = await engine.history(run)
    assert kinds(history) == ["service", "breaker_open", "breaker_open"]
    assert history.hops[0].decision.probes == (f"{run}/1.1",)
    assert engine.calls()["service"] == 4


async def test_a_table_takes_another_model_of_the_same_agent(engine: Harness) -> None:
    """A target has a breaker of its own: the model that is down is left alone, the others are not."""
    watch(engine, **{"acme/small": RULE, "acme/large": RULE})
    rules = [
        ["-", '"ok"', "null", '"complete"', "null"],
        ["> 0", "-", '"service"', "null", '"large"'],
        ["-", "-", '"service"', "null", '"small"'],
    ]
    inputs = ['count(agents.service.targets[breaker = "open"])', "steps.service.status"]
    engine.publish("p", route(inputs, ["agent", "action", "model"], rules))
    down(engine)
    run = await engine.start("p")
    state = await engine.until(run, "completed")
    assert state.result == {"reply": "large"}
    history = await engine.history(run)
    assert kinds(history) == ["unavailable", "unavailable", "service"]
    assert [hop.decision.plan.steps[0].target for hop in history.hops[:3]] == ["acme/small", "acme/small", "acme/large"]
    assert history.hops[2].decision.figures["service"]["targets"] == [
        {"name": "acme/small", "vendor": "acme", "model": "small", "breaker": "open"}
    ]


async def test_a_probe_that_is_cancelled_lets_another_step_try(engine: Harness) -> None:
    """Its place is given back at once, and nothing is known yet."""
    watch(engine, hang=RULE)
    engine.publish("p", by_hop(["agent", "action"], [{"agent": '"hang"'}, DONE]))
    store, now = engine.router.store, engine.router.clock.now()
    await store.open_breaker("hang", who="ann", why=None, at=now, until=now)
    first = await engine.start("p", run="first")
    await engine.until_called("hang")
    second = await engine.start("p", run="second")
    await engine.until(second, "completed")
    assert kinds(await engine.history(second)) == ["breaker_open"]
    await engine.cancel(first)
    await engine.start("p", run="third")
    await engine.until_called("hang", 2)
    assert (await store.breakers())["hang"].state == "half-open"
