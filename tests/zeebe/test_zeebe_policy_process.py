"""A copy of the process for one policy alone: what Operate tells policies apart by."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4
from xml.etree import ElementTree

import pytest
from pyzeebe import Job
from tests.scenarios import agents
from tests.scenarios.zeebe_harness import ZeebeHarness, zeebe_harness
from tests.support.crowd import Crowd
from tests.support.tables import by_hop, route
from tests.zeebe.counting import make_project

from dmnroute.agents.registry import Registry
from dmnroute.policies.versions import Asked, Versions
from dmnroute.publishing.deploying import Deployer
from dmnroute.publishing.gate import Gate
from dmnroute.routing.records.run import RunStatus
from dmnroute.store.open import open_store
from dmnroute.zeebe.broker import RunningBroker
from dmnroute.zeebe.channel import connect
from dmnroute.zeebe.contract import PROCESS
from dmnroute.zeebe.gateway import Gateway
from dmnroute.zeebe.policy_process import deploy_policy_process, policy_process, process_id, start_message
from dmnroute.zeebe.route_worker import RouteWorker

DONE = {"action": '"complete"'}
COLUMNS = ["agent", "action"]
BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"

pytestmark = pytest.mark.xdist_group("broker")


@pytest.fixture
async def zeebe(tmp_path: Path, broker: RunningBroker) -> AsyncIterator[ZeebeHarness]:
    async with zeebe_harness(tmp_path, broker) as harness:
        yield harness


@pytest.fixture
def policy(zeebe: ZeebeHarness) -> str:
    """A policy of this test alone: a broker forgets no process."""
    name = f"own_{uuid4().hex[:8]}"
    zeebe.publish(name, by_hop(COLUMNS, [{"agent": '"greet"'}, DONE]))
    return name


def test_a_policy_has_an_id_of_its_own() -> None:
    """Also one whose name no id may have; two names never have the same id."""
    assert process_id("intake") == "agent-run-intake"
    assert process_id("é ?") != process_id("é !")
    assert process_id("é ?").startswith("agent-run-___-")


def test_the_copy_bears_the_name_of_its_policy() -> None:
    """All else is as in `agent-run`; a name with quotes stays a name."""
    root = ElementTree.fromstring(policy_process('say "hi"'))
    process = root.find(f"{BPMN}process")
    assert process is not None
    assert (process.get("id"), process.get("name")) == (process_id('say "hi"'), 'say "hi"')
    sources = [each.get("source") for each in process.iter() if each.get("target") == "policy"]
    assert sources[:2] == ['="say \\"hi\\""'] * 2


async def test_whoever_starts_the_process_of_a_policy_starts_a_run_of_it_zeebe(
    zeebe: ZeebeHarness, policy: str
) -> None:
    """No variable `policy` is needed, and one that says otherwise changes nothing."""
    own = await deploy_policy_process(zeebe.engine.gateway, policy)
    given = {"input": {"ledger": str(zeebe.ledger)}, "runId": f"{policy}-1", "policy": "another"}
    await zeebe.engine.gateway.create_instance(own, given)
    state = await zeebe.until(f"{policy}-1", "completed")
    assert (state.run.policy, state.result) == (policy, {"greeting": "hello world"})


async def test_runs_of_a_policy_with_a_process_of_its_own_start_there_zeebe(zeebe: ZeebeHarness, policy: str) -> None:
    """By its own message, so that the generic process doesn't start as well; the audit log says so."""
    versions = Versions(zeebe.router.store, zeebe.router.clock)
    text = (zeebe.folder / "dmn" / f"{policy}.dmn").read_bytes()
    stored = await versions.store.add_version(policy, f"{policy}.dmn", text, at=versions.clock.now())
    await versions.publish(policy, stored.version, Asked("ann"))
    own = await deploy_policy_process(zeebe.engine.gateway, policy)
    change = await versions.own_process(policy, stored.version, Asked("ann"), own)
    assert change is not None
    assert (change.kind, change.process) == ("process", own)
    assert await versions.own_process(policy, stored.version, Asked("ann"), own) is None
    await versions.activate(policy, stored.version, Asked("ann"))
    run = zeebe.router.new_run(f"{policy}-2", policy, input={"ledger": str(zeebe.ledger)})
    await zeebe.router.start([run])
    assert await zeebe.engine.drive(f"{policy}-2") == "completed"
    assert zeebe.calls() == {"greet": 1}
    assert start_message(policy) == f"dmnroute.start.{policy}"


async def test_child_runs_of_a_policy_with_a_process_of_its_own_are_there_zeebe(
    zeebe: ZeebeHarness, policy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beside those of policies that have none."""
    seen: dict[str, str] = {}
    handle = RouteWorker.handle

    async def watched(worker: RouteWorker, job: Job) -> Mapping[str, Any]:
        seen[job.variables["runId"]] = job.bpmn_process_id
        return await handle(worker, job)

    monkeypatch.setattr(RouteWorker, "handle", watched)
    zeebe.publish("plain", by_hop(COLUMNS, [{"agent": '"greet"'}, DONE]))
    zeebe.publish("parent", by_hop(COLUMNS, [{"agent": f'["run:{policy}", "run:plain"]'}, DONE]))
    versions = Versions(zeebe.router.store, zeebe.router.clock)
    text = (zeebe.folder / "dmn" / f"{policy}.dmn").read_bytes()
    stored = await versions.store.add_version(policy, f"{policy}.dmn", text, at=versions.clock.now())
    await versions.publish(policy, stored.version, Asked("ann"))
    own = await deploy_policy_process(zeebe.engine.gateway, policy)
    await versions.own_process(policy, stored.version, Asked("ann"), own)
    run = await zeebe.start("parent")
    await zeebe.until(run, "completed")
    assert zeebe.calls() == {"greet": 2}
    assert seen == {run: PROCESS, f"{run}/1.1": own, f"{run}/1.2": PROCESS}


async def test_publishing_deploys_the_process_and_lets_stopped_runs_go_on_zeebe(
    tmp_path: Path, broker: RunningBroker
) -> None:
    """As people do it: a router and a worker, a table that stops a run, and the next one with `--process --retry`."""
    policy, store = f"own_{uuid4().hex[:8]}", str(tmp_path / "runs.db")
    make_project(tmp_path, hops=3)
    table = tmp_path / "dmn" / f"{policy}.dmn"
    table.write_text(route(["run.hop"], ["agent"], [["1", '"count"']]))
    environment = {"ZEEBE_ADDRESS": broker.grpc_address, "DMNROUTE_STORE": store, "DMNROUTE_LOG_LEVEL": "error"}
    crowd = Crowd(tmp_path, environment)
    try:
        crowd.start("first", "policy", "publish", str(table), "--by", "ann")
        assert await crowd.ended("first") == 0, crowd.said("first")
        crowd.start("router")
        crowd.start("worker")
        await crowd.serving()
        async with connect(broker.grpc_address) as channel:
            given = {"policy": policy, "runId": f"{policy}-1", "input": {"ledger": str(tmp_path / "ledger")}}
            await Gateway(channel).create_instance(PROCESS, given)
            await until(store, f"{policy}-1", "stopped")
            table.write_text((tmp_path / "dmn" / "p.dmn").read_text())
            crowd.start("second", "policy", "publish", str(table), "--process", "--retry", "--by", "ann")
            assert await crowd.ended("second") == 0, crowd.said("second")
            assert f"  runs of its own process on Zeebe: `agent-run-{policy}`\n" in crowd.said("second")
            assert f"  let go on: {policy}-1; " in crowd.said("second")
            await until(store, f"{policy}-1", "completed")
            del given["policy"]
            await Gateway(channel).create_instance(process_id(policy), given | {"runId": f"{policy}-2"})
            await until(store, f"{policy}-2", "completed")
    finally:
        crowd.end()


async def until(url: str, run: str, status: RunStatus) -> None:
    store = await open_store(url)
    try:
        async with asyncio.timeout(120):
            while (state := await store.state(run)) is None or state.status != status:
                await asyncio.sleep(0.1)
    finally:
        await store.close()


async def test_modelers_deployments_have_processes_of_their_own_where_the_settings_say_so_zeebe(
    zeebe: ZeebeHarness, policy: str
) -> None:
    """As publishing on the command line; the same deployment again changes nothing."""
    versions = Versions(zeebe.router.store, zeebe.router.clock)
    folder = zeebe.folder / "dmn"
    text = (folder / f"{policy}.dmn").read_bytes()
    deployer = Deployer(Gate(Registry.of([agents])), versions, folder, zeebe.engine.gateway, own_processes=True)
    for _ in range(2):
        await deployer.deploy([(f"{policy}.dmn", text)], Asked("ann"))
    assert [change.kind for change in await versions.log(policy)] == ["verify", "activate", "process"]
    given = {"input": {"ledger": str(zeebe.ledger)}, "runId": f"{policy}-3"}
    await zeebe.engine.gateway.create_instance(process_id(policy), given)
    assert (await zeebe.until(f"{policy}-3", "completed")).run.policy == policy
