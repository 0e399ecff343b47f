"""What isn't a table goes to a real broker."""

from __future__ import annotations

import json
from pathlib import Path

from tests.api.conftest import Api, Serve, table
from tests.support.modeler_client import ModelerClient

from dmnroute.zeebe.broker import RunningBroker
from dmnroute.zeebe.channel import connect
from dmnroute.zeebe.gateway import Gateway

TINY = (Path(__file__).parents[1] / "broker" / "tiny.bpmn").read_bytes()


def process(name: str) -> bytes:
    """A process that ends at once, when it is started with `quick`."""
    return TINY.replace(b'id="tiny"', f'id="{name}"'.encode())


def form(name: str) -> bytes:
    """A form of Camunda with one field."""
    field = {"type": "textfield", "key": "reason", "label": "Reason", "id": "Field_reason"}
    return json.dumps({"id": name, "type": "default", "schemaVersion": 16, "components": [field]}).encode()


async def can_start(broker: RunningBroker, name: str) -> bool:
    """Whether the broker knows a process: one that it knows runs to its end."""
    channel = connect(broker.grpc_address)
    try:
        return await Gateway(channel).run_to_end(name, {"quick": True}, timeout=20) == {"quick": True}
    finally:
        await channel.close()


async def deployed(serve: Serve, broker: RunningBroker) -> Api:
    return await serve(broker=broker.grpc_address)


async def test_a_process_and_a_form_are_passed_on(serve: Serve, broker: RunningBroker) -> None:
    """With a table beside them: the process can be started then, and the table decides."""
    api = await deployed(serve, broker)
    said = await api.deploy(("p.dmn", table()), ("one.bpmn", process("one")), ("two.form", form("two")))
    assert said.status == 200, said.json
    kinds = {name: part for entry in said.json["deployments"] for name, part in entry.items()}
    assert list(kinds) == ["decisionDefinition", "decisionRequirements", "processDefinition", "form"]
    assert kinds["processDefinition"]["processDefinitionId"] == "one"
    assert kinds["processDefinition"]["resourceName"] == "one.bpmn"
    assert (kinds["form"]["formId"], kinds["form"]["version"]) == ("two", 1)
    assert int(said.json["deploymentKey"]) > 2**50  # the broker's
    assert await can_start(broker, "one")
    assert [each[0] for each in await api.log()] == ["verify", "activate"]


async def test_when_the_broker_refuses_no_table_is_published(serve: Serve, broker: RunningBroker) -> None:
    """What it says is passed back."""
    api = await deployed(serve, broker)
    broken = process("three").replace(b'targetRef="end"', b'targetRef="nowhere"')
    said = await api.deploy(("p.dmn", table()), ("three.bpmn", broken))
    assert (said.status, said.json["title"]) == (400, "INVALID_ARGUMENT")
    assert said.json["detail"].startswith("the broker refused to deploy `three.bpmn`: ")
    assert "nowhere" in said.json["detail"]
    assert await api.log() == []


async def test_when_the_gate_refuses_the_broker_gets_nothing(serve: Serve, broker: RunningBroker) -> None:
    """The process isn't known there."""
    api = await deployed(serve, broker)
    said = await api.deploy(("four.bpmn", process("four")), ("p.dmn", table(agent="gret")))
    assert said.json["code"] == "refused"
    said = await api.deploy(("four.bpmn", process("four")))
    assert said.json["deployments"][0]["processDefinition"]["processDefinitionVersion"] == 1


async def test_modeler_deploys_several_files_at_once(
    serve: Serve, broker: RunningBroker, modeler: ModelerClient
) -> None:
    """Its process applications: over HTTP, then the same over gRPC, which changes nothing."""
    api = await deployed(serve, broker)
    outbox = api.folder / "outbox"
    outbox.mkdir()
    files = {"p.dmn": table(), "five.bpmn": process("five"), "six.form": form("six")}
    for name, text in files.items():
        (outbox / name).write_bytes(text)
    paths = [outbox / name for name in files]
    over_http = (await modeler.deploy(api.addresses.http, *paths))["response"]
    assert [each["processDefinitionId"] for each in over_http["processes"]] == ["five"]
    assert [each["formId"] for each in over_http["forms"]] == ["six"]
    over_grpc = (await modeler.deploy(api.addresses.grpc, *paths))["response"]
    kinds = [(each["Metadata"], each[each["Metadata"]]["version"]) for each in over_grpc["deployments"]]
    assert kinds == [("decision", 1), ("decisionRequirements", 1), ("process", 1), ("form", 1)]
    assert len(await api.log()) == 2
