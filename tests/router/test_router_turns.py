"""One look at a run: what is decided, what is refused, what is left as it is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.support.tables import by_hop, route

from dmnroute.dmn import load
from dmnroute.errors import OperatorError, UsageError
from dmnroute.router.children import child_of, outcome_of_child
from dmnroute.router.router import Router
from dmnroute.routing.catalogue import AgentSpec, Catalogue
from dmnroute.routing.ports.store import Store
from dmnroute.routing.records.run import Limits, RunState
from dmnroute.routing.records.step import Outcome, StepError
from dmnroute.store.open import open_store
from dmnroute.testing import FixedPolicies, ManualClock

CATALOGUE = Catalogue(
    {name: AgentSpec(name, fields=frozenset({"n"}), required=frozenset(), version="1") for name in ("ask", "ocr")}
)
COLUMNS = ["agent", "action", "join", "reuse", "as"]
DONE = {"action": '"complete"'}


@pytest.fixture(params=["memory", "sqlite"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    opened = await open_store("memory:" if request.param == "memory" else str(tmp_path / "s.db"))
    yield opened
    await opened.close()


async def begun(store: Store, *hops: dict[str, str], **policies: str) -> Router:
    """A router, and the run `r` before its first hop."""
    texts = {"p": by_hop(COLUMNS, hops), **policies}
    models = {name: load(text.encode(), name=f"{name}.dmn") for name, text in texts.items()}
    router = Router(store, FixedPolicies(models), CATALOGUE, ManualClock())
    await router.start([router.new_run("r", "p", input={})])
    return router


def ok(step: str, agent: str = "ask", **fields: Any) -> Outcome:
    return Outcome(**{"step": step, "agent": agent, "status": "ok"} | fields)


async def state_of(store: Store, run: str = "r") -> RunState:
    state = await store.state(run)
    assert state is not None
    return state


def said(error: pytest.ExceptionInfo[OperatorError]) -> str:
    return f"{error.value.code}: {error.value}"


async def test_a_hop_that_goes_on_is_left_as_it_is(store: Store) -> None:
    """A spurious look decides nothing."""
    router = await begun(store, {"agent": '["ask", "ask"]'}, DONE)
    first = await router.route("r")
    again = await router.route("r")
    assert (first.new, again.new, again.status) == (True, False, "running")
    assert first.history == again.history


async def test_outcomes_come_with_the_look(store: Store) -> None:
    """They are kept also when the hop isn't over yet; the first of a step stays."""
    router = await begun(store, {"agent": '["ask", "ask"]'}, DONE)
    await router.route("r")
    turn = await router.route("r", outcomes=[ok("r/1.1", cost=Decimal("0.5"))])
    assert (turn.new, turn.status) == (False, "running")
    assert (await state_of(store)).cost == Decimal("0.5")
    turn = await router.route("r", outcomes=[ok("r/1.1", cost=Decimal(9)), ok("r/1.2")])
    assert (turn.new, turn.status, turn.ended) == (True, "completed", True)
    assert (await state_of(store)).cost == Decimal("0.5")


async def test_a_job_ahead_of_the_store_is_refused(store: Store) -> None:
    """Nothing is dispatched."""
    router = await begun(store, {"agent": '"ask"'}, DONE)
    with pytest.raises(OperatorError) as caught:
        await router.route("r", hop=3)
    assert said(caught) == (
        "store_behind: run `r`: hop 3 was asked for, and the store knows 0 hops\n"
        "hint: the store may have been restored from an older copy; nothing is dispatched"
    )


async def test_a_decided_hop_is_answered_with_what_is_stored(store: Store) -> None:
    """Whoever asks again changes nothing."""
    router = await begun(store, {"agent": '"ask"'}, DONE)
    await router.route("r", hop=1)
    await router.record(ok("r/1.1"))
    turn = await router.route("r", hop=1)
    assert (turn.new, turn.status) == (False, "running")
    assert (await router.route("r", hop=2)).status == "completed"


async def test_many_looks_at_once_decide_once(store: Store) -> None:
    """The run is locked."""
    router = await begun(store, {"agent": '"ask"'}, DONE)
    turns = await asyncio.gather(*(router.route("r") for _ in range(8)))
    assert sum(turn.new for turn in turns) == 1
    assert len(turns[0].history.hops) == 1


async def test_a_stop_names_policy_version_and_hop(store: Store) -> None:
    """The whole message is kept; a look changes nothing until somebody retries."""
    router = await begun(store, {"agent": '"orc"'})
    turn = await router.route("r")
    assert turn.stop is not None
    assert (turn.status, turn.stop.code, turn.stop.policy, turn.stop.version, turn.stop.hop) == (
        "stopped",
        "unknown_agent",
        "p",
        1,
        1,
    )
    assert turn.stop.message == (
        "unknown agent `orc`; did you mean `ocr`?\np.dmn, decision `Route`, rule 1\nhint: known agents: `ask`, `ocr`"
    )
    again = await router.route("r")
    assert (again.status, again.stop) == ("stopped", turn.stop)
    await router.controls.retry("r")
    assert (await state_of(store)).status == "running"
    assert (await router.route("r")).status == "stopped"


async def test_an_unknown_policy_stops_the_run(store: Store) -> None:
    """It has no version."""
    router = await begun(store, DONE)
    await router.start([router.new_run("lost", "q", input={})])
    turn = await router.route("lost")
    assert turn.stop is not None
    assert (turn.stop.code, turn.stop.version) == ("unknown_policy", None)


async def test_only_a_stopped_run_is_retried(store: Store) -> None:
    """Any other says what it does."""
    router = await begun(store, {"agent": '"ask"'})
    with pytest.raises(OperatorError) as caught:
        await router.controls.retry("r")
    assert said(caught) == "not_stopped: run `r` isn't stopped; it is running"


async def test_the_unknown_run_is_named(store: Store) -> None:
    """Wherever one is asked for."""
    router = await begun(store, DONE)
    for call in (router.route("x"), router.controls.signal("x", "go"), router.controls.answer("x", {})):
        with pytest.raises(OperatorError) as caught:
            await call
        assert said(caught) == "unknown_run: unknown run `x`\nhint: `dmnroute runs` lists them"


async def test_an_ended_run_hears_nothing(store: Store) -> None:
    """Neither signals nor answers; cancelling it changes nothing."""
    router = await begun(store, DONE)
    await router.route("r")
    for call in (router.controls.signal("r", "go"), router.controls.answer("r", {})):
        with pytest.raises(OperatorError) as caught:
            await call
        assert said(caught) == "run_ended: run `r` has ended (completed)"
    await router.controls.cancel("r")
    assert (await state_of(store)).status == "completed"


async def test_an_answer_is_given_once(store: Store) -> None:
    """And only where somebody asked."""
    router = await begun(store, {"agent": '"ask"'}, {"action": '"escalate"'}, DONE)
    await router.route("r")
    with pytest.raises(OperatorError) as caught:
        await router.controls.answer("r", {"yes": True})
    assert said(caught) == "not_escalated: run `r` waits for no answer; it is running"
    await router.record(ok("r/1.1"))
    assert (await router.route("r")).status == "escalated"
    await router.controls.answer("r", {"yes": True})
    with pytest.raises(OperatorError) as caught:
        await router.controls.answer("r", {"yes": False})
    assert said(caught) == (
        "not_escalated: run `r` waits for no answer; it is escalated\nhint: the question of hop 2 was answered"
    )
    assert (await router.route("r")).history.hops[1].ordered()[0].output == {"yes": True}


async def test_cancelling_a_step_leaves_the_others(store: Store) -> None:
    """One that nobody knows is named."""
    router = await begun(store, {"agent": '["ask", "ocr"]'}, DONE)
    await router.route("r")
    await router.controls.cancel_step("r/1.2")
    turn = await router.route("r", outcomes=[ok("r/1.1")])
    assert [outcome.status for outcome in turn.history.hops[0].ordered()] == ["ok", "cancelled"]
    with pytest.raises(OperatorError) as caught:
        await router.controls.cancel_step("r/9.9")
    assert caught.value.code == "unknown_step"


@pytest.mark.parametrize("run", ["", "a/1.1", "r/1.2/3.4"])
async def test_a_run_cannot_have_the_id_of_a_step(store: Store, run: str) -> None:
    """It would be taken for a child."""
    router = await begun(store, DONE)
    with pytest.raises(UsageError) as caught:
        router.new_run(run, "p", input={})
    assert f"{caught.value.code}: {caught.value}" == (
        f"bad_run_id: `{run}` can't be the id of a run\n"
        "hint: ids that end like `/1.2` are those of steps and their child runs"
    )
    assert router.new_run("a/b", "p", input={}).id == "a/b"


async def test_an_outcome_is_reused_under_the_name_of_the_step(store: Store) -> None:
    """By agent, version and input; it costs nothing and took no time, and nobody is sent."""
    router = await begun(store, {"agent": '"ask"'}, {"agent": '"ask"', "reuse": "true", "as": '"again"'})
    assert (await router.route("r")).hop.outcomes == {}
    given = ok("r/1.1", cost=Decimal(1), tokens=5, latency=Decimal(2), output={"x": 7}, confidence=Decimal("0.5"))
    await router.record(given)
    second = (await router.route("r")).hop
    assert second.decision.settled == ("r/2.1",)
    assert second.outcomes["r/2.1"] == Outcome(
        step="r/2.1", agent="again", status="ok", output={"x": 7}, confidence=Decimal("0.5"), reused=True, calls=0
    )


CHILDREN = {"child": route(["run.hop"], ["agent", "action"], [["1", '"ask"', "null"], ["-", "null", '"complete"']])}


async def with_child(store: Store, *hops: dict[str, str]) -> Router:
    router = await begun(store, *hops, **CHILDREN)
    step = (await router.route("r")).hop.decision.plan.steps[0]
    await router.start([child_of(step, router, limits=Limits())])
    await router.route("r/1.1")
    return router


@pytest.mark.parametrize("cancel", ["run", "step", "join"])
async def test_what_a_cancelled_child_has_spent_is_its_parents_cost(store: Store, cancel: str) -> None:
    """It is cancelled with the run, with its step, or when enough has come in."""
    router = await with_child(store, {"agent": '["run:child", "ask"]', "join": '"any"'}, DONE)
    await router.record(ok("r/1.1/1.1", cost=Decimal("0.75")))
    match cancel:
        case "run":
            await router.controls.cancel("r")
        case "step":
            await router.controls.cancel_step("r/1.1")
        case "join":
            await router.route("r", outcomes=[ok("r/1.2")])
    assert (await state_of(store, "r/1.1")).status == "cancelled"
    assert (await state_of(store)).cost == Decimal("0.75")


async def test_what_a_child_came_to_is_an_outcome(store: Store) -> None:
    """None while it goes on; a result that is no context has a name."""
    router = await with_child(store, {"agent": '"run:child"', "as": '"kid"'}, DONE)
    (step,) = (await router.route("r")).hop.decision.plan.steps
    assert await outcome_of_child(step, store) is None
    await router.record(ok("r/1.1/1.1", cost=Decimal("0.5"), tokens=3, confidence=Decimal("0.8"), output={"n": 1}))
    await router.route("r/1.1")
    assert await outcome_of_child(step, store) == Outcome(
        step="r/1.1",
        agent="kid",
        status="ok",
        confidence=Decimal("0.8"),
        coverage=Decimal(1),
        output={"n": 1},
        cost=Decimal("0.5"),
        tokens=3,
    )


async def test_an_outcome_that_stands_in_is_not_tried_again(store: Store) -> None:
    """A fork does one step once more; that its neighbour failed at a worker without retries of its own stays."""
    hop = {"agent": '["ask", "ocr"]', "retries": "1"}
    tables = by_hop(["agent", "action", "retries"], [hop, DONE])
    router = await begun(store, p=tables)
    await router.route("r")
    down = StepError(kind="unavailable", message="", retryable=True)
    failed = ok("r/1.2", "ocr", status="failed", error=down, foreign=True, attempt=2)
    assert (await router.route("r", outcomes=[ok("r/1.1"), failed])).status == "completed"
    fork = await router.forks.rerun("r", ["r/1.1"])
    turn = await router.route(fork.id)
    assert [step.done for step in turn.history.hops[-1].decision.plan.steps] == [None, "r/1.2"]
    turn = await router.route(fork.id, outcomes=[ok(f"{fork.id}/2.1")])
    assert (turn.status, [hop.decision.stage for hop in turn.history.hops]) == ("completed", [None, "again", None])
