"""What is the local engine's own: children, stand-ins, people, cancellation."""

from __future__ import annotations

import asyncio
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import BaseModel
from tests.support.tables import by_hop, route

from dmnroute import Step, agent
from dmnroute.agents.registry import Registry
from dmnroute.app import App, open_app
from dmnroute.project import Project
from dmnroute.router.children import child_of
from dmnroute.router.crowd import drive_all
from dmnroute.routing.records.run import Limits, RunState
from dmnroute.settings import Settings
from dmnroute.testing import ManualClock

COLUMNS = ["agent", "action"]
DONE = {"action": '"complete"'}
CALLS: Counter[str] = Counter()
STOPPED: list[str] = []


class Task(BaseModel):
    name: str = "world"


class Greeting(BaseModel):
    greeting: str


@agent("greet", cost=0.25)
async def greet(task: Task, step: Step) -> Greeting:
    CALLS["greet"] += 1
    return Greeting(greeting=f"hello {task.name}")


@agent("post_mail")
async def post_mail(task: Task) -> Greeting:
    """Stand in for a process."""
    CALLS["post_mail"] += 1
    return Greeting(greeting=f"posted to {task.name}")


@agent("hang")
async def hang(task: Task) -> Greeting:
    CALLS["hang"] += 1
    try:
        await asyncio.Event().wait()
    finally:
        STOPPED.append("hang")
    return Greeting(greeting="")


@agent("hang_in_a_thread")
def hang_in_a_thread(task: Task, step: Step) -> Greeting:
    CALLS["hang_in_a_thread"] += 1
    while not step.cancelled:
        time.sleep(0.001)
    STOPPED.append("hang_in_a_thread")
    return Greeting(greeting="")


@pytest.fixture(autouse=True)
def _nothing_yet() -> None:
    CALLS.clear()
    STOPPED.clear()


@dataclass
class Bench:
    app: App
    clock: ManualClock
    folder: Path

    def publish(self, policy: str, text: str) -> None:
        new = self.folder / "new"
        new.write_text(text)
        new.replace(self.folder / "dmn" / f"{policy}.dmn")

    async def start(self, policy: str = "p", *, run: str = "r", limits: Limits | None = None) -> str:
        await self.app.router.start([self.app.router.new_run(run, policy, input={"name": "Ada"}, limits=limits)])
        return run

    async def drive(self, run: str = "r", *, patient: bool = False) -> str:
        return await asyncio.wait_for(self.app.local.drive(run, patient=patient), 10)

    async def state(self, run: str = "r") -> RunState:
        state = await self.app.store.state(run)
        assert state is not None
        return state

    async def outcomes(self, run: str = "r") -> list[tuple[str, str, Decimal]]:
        history = await self.app.store.history(run)
        assert history is not None
        return [(outcome.agent, outcome.status, outcome.cost) for outcome in history.outcomes()]

    async def until(self, condition: Callable[[], Awaitable[bool]]) -> None:
        async with asyncio.timeout(10):
            while not await condition():
                await asyncio.sleep(0.005)

    async def until_called(self, name: str) -> None:
        async def called() -> bool:
            return CALLS[name] > 0

        await self.until(called)

    async def until_status(self, run: str, status: str) -> None:
        async def there() -> bool:
            state = await self.app.store.state(run)
            return state is not None and state.status == status

        await self.until(there)


@asynccontextmanager
async def benched(folder: Path, clock: ManualClock | None = None) -> AsyncIterator[Bench]:
    clock = clock or ManualClock()
    (folder / "dmn").mkdir(exist_ok=True)
    settings = Settings(store=f"sqlite:///{folder / 'runs.db'}", concurrency=2)
    registry = Registry.of([sys.modules[__name__]])
    async with open_app(settings, project=Project(folder), registry=registry, clock=clock) as app:
        yield Bench(app, clock, folder)


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with benched(tmp_path) as opened:
        yield opened


CHILD = {"agent": '"run:child"', "as": '"kid"'}
PARENT = by_hop(["agent", "action", "as"], [CHILD, DONE])


async def test_a_child_that_stops_lets_its_parent_rest_until_it_is_mended(bench: Bench) -> None:
    """Then both go on, and the child's work isn't done again."""
    bench.publish("p", PARENT)
    bench.publish("child", by_hop(COLUMNS, [{"agent": '"greet"'}, {}]))
    await bench.start()
    assert await bench.drive() == "running"
    child = await bench.state("r/1.1")
    assert (child.status, child.stop and child.stop.code, child.stop and child.stop.version) == (
        "stopped",
        "empty_route",
        1,
    )
    assert await bench.drive() == "running"
    bench.publish("child", by_hop(COLUMNS, [{"agent": '"greet"'}, DONE]))
    await bench.app.router.controls.retry("r/1.1")
    assert await bench.drive() == "completed"
    assert (await bench.state()).result == {"greeting": "hello Ada"}
    assert CALLS == {"greet": 1}


ASKING = by_hop(
    ["action", "wait", "result"], [{"action": '"escalate"', "wait": "60"}, DONE | {"result": "steps.people.output"}]
)


async def test_a_child_that_asks_people_lets_its_parent_rest(bench: Bench) -> None:
    """The answer is given to the child; the parent goes on with what came of it."""
    bench.publish("p", PARENT)
    bench.publish("child", ASKING)
    await bench.start()
    assert await bench.drive() == "running"
    assert (await bench.state("r/1.1")).status == "escalated"
    await bench.app.router.controls.answer("r/1.1", {"verdict": "yes"})
    assert await bench.drive() == "completed"
    assert (await bench.state()).result == {"verdict": "yes"}


async def test_with_patience_the_people_of_a_child_are_waited_for_too(bench: Bench) -> None:
    """As those of the run itself."""
    bench.publish("p", PARENT)
    bench.publish("child", ASKING)
    await bench.start()
    driving = asyncio.create_task(bench.drive(patient=True))
    await bench.until_status("r/1.1", "escalated")
    await bench.app.router.controls.answer("r/1.1", {"verdict": "yes"})
    assert await driving == "completed"


async def test_without_patience_a_run_rests_where_people_are_asked(bench: Bench) -> None:
    """Driving it again changes nothing, until it is too late or answered."""
    bench.publish("p", ASKING)
    await bench.start()
    assert await bench.drive() == "escalated"
    assert await bench.drive() == "escalated"
    await bench.clock.advance(60)
    assert await bench.drive() == "completed"
    assert await bench.outcomes() == [("people", "timeout", 0)]


async def test_a_child_that_takes_too_long_is_ended_and_its_cost_counts(bench: Bench) -> None:
    """The parent's tables see a timeout."""
    bench.publish("p", by_hop(["agent", "action", "timeout"], [{"agent": '"run:child"', "timeout": "30"}, DONE]))
    bench.publish("child", by_hop([*COLUMNS, "timeout"], [{"agent": '"greet"'}, {"agent": '"hang"', "timeout": "500"}]))
    await bench.start()
    driving = asyncio.create_task(bench.drive())
    await bench.until_called("hang")
    await bench.clock.advance(30)
    assert await driving == "completed"
    assert (await bench.state("r/1.1")).status in ("cancelled", "failed")
    assert [cost for *_, cost in await bench.outcomes()] == [Decimal("0.25")]
    assert (await bench.state()).cost == Decimal("0.25")


async def test_a_child_that_loses_a_race_is_ended_and_its_cost_counts(bench: Bench) -> None:
    """Nothing of it is left behind."""
    hops = [{"agent": '["run:child", "greet"]', "join": '"any"'}, DONE]
    bench.publish("p", by_hop([*COLUMNS, "join"], hops))
    bench.publish("child", by_hop(COLUMNS, [{"agent": '"hang"'}]))
    await bench.start()
    assert await bench.drive() == "completed"
    assert (await bench.state("r/1.1")).status == "cancelled"
    assert await bench.outcomes() == [("child", "cancelled", 0), ("greet", "ok", Decimal("0.25"))]


async def test_a_child_inherits_the_limits_of_its_parent(bench: Bench) -> None:
    """Its own budget and time are those of the step; it may be nested one level less."""
    bench.publish(
        "p", by_hop(["agent", "max_cost", "timeout"], [{"agent": '"run:child"', "max_cost": "1", "timeout": "7"}])
    )
    bench.publish("child", by_hop(COLUMNS, [DONE]))
    await bench.start(limits=Limits(hops=3, width=4, no_progress=2, depth=2))
    await bench.drive()
    assert (await bench.state("r/1.1")).run.limits == Limits(
        hops=3, width=4, no_progress=2, depth=1, cost=Decimal(1), time=Decimal(7)
    )


async def test_a_policy_that_starts_itself_comes_to_an_end(bench: Bench) -> None:
    """At the limit of depth the innermost run stops, and can be seen."""
    bench.publish("p", route(["run.hop"], ["agent"], [["-", '"run:p"']]))
    await bench.start(limits=Limits(depth=3))
    assert await bench.drive() == "running"
    innermost = await bench.state("r/1.1/1.1/1.1")
    assert (innermost.status, innermost.stop and innermost.stop.code) == ("stopped", "too_deep")
    assert len(await bench.app.store.states()) == 4


async def test_an_agent_stands_in_for_a_process(bench: Bench) -> None:
    """By the id of the process, with `_` for other signs."""
    bench.publish("p", by_hop(COLUMNS, [{"agent": '"process:post-mail"'}, DONE]))
    await bench.start()
    assert await bench.drive() == "completed"
    assert (await bench.state()).result == {"greeting": "posted to Ada"}


async def test_a_process_without_a_stand_in_is_an_outcome(bench: Bench) -> None:
    """That says what is missing."""
    bench.publish("p", by_hop(COLUMNS, [{"agent": '"process:send-it.now"'}, DONE]))
    await bench.start()
    assert await bench.drive() == "completed"
    history = await bench.app.store.history("r")
    assert history is not None
    (outcome,) = history.outcomes()
    assert outcome.error is not None
    assert (outcome.error.kind, outcome.error.message) == (
        "no_worker",
        "process `send-it.now` needs Zeebe; here an agent named `send_it_now` stands in for it",
    )


async def test_cancelling_a_run_ends_what_it_is_doing(bench: Bench) -> None:
    """Agents in threads and on the loop, children and their agents: the next look tells them."""
    bench.publish("p", by_hop(COLUMNS, [{"agent": '["hang_in_a_thread", "run:child"]'}, DONE]))
    bench.publish("child", by_hop(COLUMNS, [{"agent": '"hang"'}, DONE]))
    await bench.start()
    driving = asyncio.create_task(bench.drive())
    await bench.until_called("hang")
    await bench.until_called("hang_in_a_thread")
    await bench.app.router.controls.cancel("r")
    assert await driving == "cancelled"
    assert (await bench.state("r/1.2")).status == "cancelled"

    async def stopped() -> bool:
        return sorted(STOPPED) == ["hang", "hang_in_a_thread"]

    await bench.until(stopped)
    assert await bench.outcomes() == [("hang_in_a_thread", "cancelled", 0), ("child", "cancelled", 0)]


async def test_cancelling_a_run_is_seen_while_other_steps_come_and_go(bench: Bench) -> None:
    """Steps that end all the time don't keep the engine from looking."""
    hops = [{"agent": '["hang", "hang_in_a_thread"]', "for_each": "for n in 1..2 return {n: n}"}, DONE]
    bench.publish("p", by_hop([*COLUMNS, "for_each"], hops))
    await bench.start()
    driving = asyncio.create_task(bench.drive())
    await bench.until_called("hang_in_a_thread")
    await bench.app.router.controls.cancel_step("r/1.1")
    await bench.app.router.controls.cancel("r")
    assert await driving == "cancelled"
    assert {status for _, status, _ in await bench.outcomes()} == {"cancelled"}


async def test_cancelling_an_escalated_run_cancels_its_question(bench: Bench) -> None:
    """It isn't late."""
    bench.publish("p", ASKING)
    await bench.start()
    await bench.drive()
    await bench.app.router.controls.cancel("r")
    assert await bench.outcomes() == [("people", "cancelled", 0)]


async def test_a_cancelled_wait_is_over(bench: Bench) -> None:
    """For a signal that would never have come."""
    bench.publish("p", by_hop(["action", "signal"], [{"action": '"wait"', "signal": '"never"'}]))
    await bench.start()
    driving = asyncio.create_task(bench.drive())
    await bench.until_status("r", "waiting")
    await bench.app.router.controls.cancel("r")
    assert await driving == "cancelled"


async def test_a_wait_ends_at_the_deadline_of_the_run(bench: Bench) -> None:
    """Whatever it waits for."""
    bench.publish("p", by_hop(["action", "signal"], [{"action": '"wait"', "signal": '"never"'}]))
    await bench.start(limits=Limits(time=Decimal(100)))
    driving = asyncio.create_task(bench.drive())
    await bench.until_status("r", "waiting")
    await bench.clock.advance(100)
    assert await driving == "failed"
    history = await bench.app.store.history("r")
    assert history is not None
    assert history.hops[-1].decision.limit == "time"


async def test_a_parent_and_its_child_may_be_driven_side_by_side(bench: Bench) -> None:
    """As `resume` may do it: each step is run once, and both end."""
    bench.publish("p", PARENT)
    bench.publish("child", by_hop(COLUMNS, [{"agent": '"greet"'}, {"agent": '"greet"'}, DONE]))
    await bench.start()
    parent = (await bench.app.router.route("r")).hop
    child = child_of(parent.decision.plan.steps[0], bench.app.router, limits=Limits())
    await bench.app.router.start([child])
    async with asyncio.timeout(10):
        ended = [each async for each in drive_all(bench.app.local.drive, ["r/1.1", "r", "r", "r/1.1"], at_once=4)]
    assert {run for run, _ in ended} == {"r", "r/1.1"}
    assert (await bench.state()).status == "completed"
    assert CALLS == {"greet": 2}


async def test_a_run_that_is_driven_elsewhere_is_left_alone(bench: Bench, tmp_path: Path) -> None:
    """The second engine says where it stands."""
    bench.publish("p", by_hop(COLUMNS, [{"agent": '"hang"'}, DONE]))
    await bench.start()
    driving = asyncio.create_task(bench.drive())
    await bench.until_called("hang")
    async with benched(tmp_path, bench.clock) as other:
        assert await other.drive() == "running"
    assert CALLS == {"hang": 1}
    driving.cancel()
    await asyncio.gather(driving, return_exceptions=True)


async def test_what_was_under_way_when_the_engine_ended_is_done_again(bench: Bench, tmp_path: Path) -> None:
    """A step without an outcome is run by the next engine; one with an outcome isn't."""
    bench.publish("p", by_hop(COLUMNS, [{"agent": '["greet", "hang"]'}, DONE]))
    await bench.start()
    driving = asyncio.create_task(bench.drive())
    await bench.until_called("hang")

    async def greeted() -> bool:
        return len(await bench.outcomes()) == 1

    await bench.until(greeted)
    driving.cancel()
    await asyncio.gather(driving, return_exceptions=True)
    assert await bench.outcomes() == [("greet", "ok", Decimal("0.25"))]
    async with benched(tmp_path, bench.clock) as other:
        again = asyncio.create_task(other.drive())

        async def called_again() -> bool:
            return CALLS["hang"] == 2

        await other.until(called_again)
        await other.clock.advance(60)
        assert await again == "completed"
    assert CALLS == {"greet": 1, "hang": 2}
