"""What operators see and do in Operate, with routers and workers as in production."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from tests.support.crowd import Crowd
from tests.support.operate import GRPC_ADDRESS, Operate, eventually
from tests.support.tables import by_hop

from dmnroute.routing.records.run import RunState, RunStatus
from dmnroute.store.open import open_store

pytestmark = [pytest.mark.operate, pytest.mark.asyncio(loop_scope="module")]

AGENTS = '''
from pydantic import BaseModel
from dmnroute import Step, agent

class Name(BaseModel):
    name: str = "world"

class Greeting(BaseModel):
    greeting: str

class Length(BaseModel):
    length: int

@agent("greet", cost="0.10")
def greet(given: Name, step: Step) -> Greeting:
    """Greet somebody."""
    step.report(confidence=0.9)
    return Greeting(greeting=f"hello {given.name}")

@agent("measure")
def measure(given: Name) -> Length:
    """Count letters."""
    return Length(length=len(given.name))
'''

DONE = {"action": '"complete"'}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def crowd(tmp_path_factory: pytest.TempPathFactory, operate: Operate) -> AsyncIterator[Crowd]:
    """A project with a router and a worker. Its first run is started before them, on a broker that knows nothing."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "dmn").mkdir()
    (folder / "workers").mkdir()
    (folder / "workers" / "greeting.py").write_text(AGENTS)
    both = {"agent": '["greet", "measure"]', "reason": '"both at once"'}
    save(folder, "first", [both, {"agent": '"greet"'}, DONE], columns=["agent", "action", "reason"])
    environment = {
        "ZEEBE_ADDRESS": GRPC_ADDRESS,
        "DMNROUTE_STORE": str(folder / "runs.db"),
        "DMNROUTE_ENGINE": "zeebe",
        "DMNROUTE_RECONCILE": "1",
    }
    crowd = Crowd(folder, environment)
    try:
        crowd.start("first", "run", "first", "--run-id", "first", "--input", "name=Ada")
        await crowd.until_said("first", "run `first` waits for a router: `dmnroute router` starts one")
        crowd.start("router")
        crowd.start("worker")
        await crowd.serving()
        assert await crowd.ended("first") == 0, crowd.said("first")
        yield crowd
    finally:
        crowd.end()


def save(project: Path, policy: str, hops: Sequence[dict[str, str]], *, columns: Sequence[str]) -> None:
    """Save a table: whoever waits for it reads it at the next hop."""
    (project / "dmn" / f"{policy}.dmn").write_text(by_hop(columns, hops))


async def rests(crowd: Crowd, run: str, *statuses: RunStatus) -> RunState:
    """Wait until a run has one of these statuses in the store."""
    store = await open_store(crowd.environment["DMNROUTE_STORE"])
    try:
        async with asyncio.timeout(60):
            while True:
                state = await store.state(run)
                if state is not None and state.status in statuses:
                    return state
                await asyncio.sleep(0.2)
    finally:
        await store.close()


def instance_of(state: RunState) -> int:
    """The key of its process instance."""
    assert state.run.process_instance is not None
    return int(state.run.process_instance)


def routes(operate: Operate, instance: int, *, number: int) -> list[dict[str, Any]]:
    """What each element instance of `Route` keeps as its own, in their order, as soon as there are so many."""

    def look() -> list[dict[str, Any]]:
        elements = operate.search("flownode-instances", processInstanceKey=instance, flowNodeId="Route")
        own = {scope: value for scope, name, value in operate.variables(instance) if name == "route"}
        found = [own[key] for key in sorted(each["key"] for each in elements) if key in own]
        return found if len(found) >= number else []

    return eventually(look)


def has_state(operate: Operate, instance: int, state: str) -> bool:
    """Whether Operate shows an instance in a state."""
    return bool(operate.search("process-instances", key=instance, state=state))


async def test_each_route_keeps_its_own_decision(crowd: Crowd, operate: Operate) -> None:
    """Hop by hop: what was decided, by which version and rules, and why; the run has few and readable variables."""
    state = await rests(crowd, "first", "completed")
    instance = instance_of(state)
    eventually(lambda: has_state(operate, instance, "COMPLETED"))
    (shown,) = operate.search("process-instances", key=instance)
    assert (shown["bpmnProcessId"], shown["incident"]) == ("agent-run", False)
    first, second, third = routes(operate, instance, number=3)
    assert [route["action"] for route in (first, second, third)] == ["dispatch", "dispatch", "complete"]
    assert [[step["agent"] for step in route["steps"]] for route in (first, second)] == [
        ["greet", "measure"],
        ["greet"],
    ]
    assert [step["id"] for step in first["steps"]] == ["first/1.1", "first/1.2"]
    assert (first["policy"], first["rules"], first["reason"]) == ("first@1", ["Route 1"], "both at once")
    assert (first["join"], second["rules"], third["rules"]) == (None, ["Route 2"], ["Route 3"])
    of_the_run = {name: value for scope, name, value in operate.variables(instance) if scope == instance}
    assert of_the_run.keys() <= {"runId", "policy", "input", "tags", "hop", "route", "outcomes", "answer", "result"}
    assert (of_the_run["runId"], of_the_run["hop"]) == ("first", 3)
    assert of_the_run["result"]["status"] == "completed"
    assert of_the_run["result"]["result"] == {"greeting": "hello Ada", "length": 3}
    assert state.result == {"greeting": "hello Ada", "length": 3}


async def test_agents_appear_as_what_they_are(crowd: Crowd, operate: Operate) -> None:
    """A fan-out is a multi-instance body with an element per step, a step alone is a task."""
    instance = instance_of(await rests(crowd, "first", "completed"))
    eventually(lambda: has_state(operate, instance, "COMPLETED"))
    found = operate.search("flownode-instances", processInstanceKey=instance)
    ids = [each["flowNodeId"] for each in found]
    assert (ids.count("Route"), ids.count("agent_step"), ids.count("one_step")) == (3, 2, 1)
    assert {each["state"] for each in found} == {"COMPLETED"}


async def test_a_mistake_in_a_table_is_an_incident_that_retry_resolves(crowd: Crowd, operate: Operate) -> None:
    """The message tells the author what to do; with the corrected table *Retry* finishes the run."""
    save(crowd.project, "gap", [{"agent": '"greet"'}], columns=["agent", "action"])
    crowd.start("gap", "run", "gap", "--run-id", "gap")
    assert await crowd.ended("gap") == 1
    instance = instance_of(await rests(crowd, "gap", "stopped"))
    (incident,) = eventually(lambda: operate.search("incidents", processInstanceKey=instance, state="ACTIVE"))
    assert incident["type"] == "JOB_NO_RETRIES"
    assert incident["message"] == (
        "no rule of `Route` matches\ngap.dmn, decision `Route`\nhint: rule 1 came nearest: `run.hop` is `2`, not `1`"
    )
    assert incident["message"] in crowd.said("gap")
    wanted = {"processInstanceKey": instance, "flowNodeId": "Route", "state": "ACTIVE", "incident": True}
    assert eventually(lambda: operate.search("flownode-instances", **wanted))
    save(crowd.project, "gap", [{"agent": '"greet"'}, DONE], columns=["agent", "action"])
    operate.operate(instance, "RESOLVE_INCIDENT")
    state = await rests(crowd, "gap", "completed")
    assert state.result == {"greeting": "hello world"}
    eventually(lambda: has_state(operate, instance, "COMPLETED"))
    eventually(lambda: operate.search("incidents", key=incident["key"], state="RESOLVED"))
    told = [(route["action"], route["policy"]) for route in routes(operate, instance, number=2)]
    assert told == [("dispatch", "gap@1"), ("complete", "gap@2")]


async def test_an_instance_that_is_cancelled_in_operate_is_closed_in_the_store(crowd: Crowd, operate: Operate) -> None:
    """Nobody tells the router: it finds out by itself."""
    save(crowd.project, "patient", [{"action": '"wait"', "signal": '"never"'}], columns=["action", "signal"])
    crowd.start("patient", "run", "patient", "--run-id", "patient")
    instance = instance_of(await rests(crowd, "patient", "waiting"))
    eventually(lambda: has_state(operate, instance, "ACTIVE"))
    operate.operate(instance, "CANCEL_PROCESS_INSTANCE")
    eventually(lambda: has_state(operate, instance, "CANCELED"))
    await rests(crowd, "patient", "cancelled")
    assert await crowd.ended("patient") == 1
    assert "patient cancelled after 1 hop" in crowd.said("patient")


async def test_the_processes_end_when_told_to(crowd: Crowd) -> None:
    """SIGTERM, as orchestrators send it."""
    for name in ("router", "worker"):
        assert await crowd.terminated(name) == 0
        assert "jobs at hand are finished" in crowd.said(name)
