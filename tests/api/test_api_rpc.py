"""Deployments over gRPC, by clients of Zeebe."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import grpc
import pytest
from pyzeebe import ZeebeClient, create_insecure_channel
from pyzeebe.errors import ProcessInvalidError, UnknownGrpcStatusCodeError
from pyzeebe.proto import gateway_pb2 as pb
from pyzeebe.proto.gateway_pb2_grpc import GatewayStub
from tests.api.conftest import Api, Serve, table
from tests.support.tables import route

SECRET = "a-secret-that-is-long"


async def channel_to(api: Api) -> AsyncIterator[grpc.aio.Channel]:
    channel = create_insecure_channel(grpc_address=api.addresses.grpc.removeprefix("grpc://"))
    yield channel
    await channel.close()


@pytest.fixture
async def channel(api: Api) -> AsyncIterator[grpc.aio.Channel]:
    """A connection as pyzeebe makes it."""
    async for made in channel_to(api):
        yield made


def saved(folder: Path, text: bytes, name: str = "p.dmn") -> Path:
    (folder / "outbox").mkdir(exist_ok=True)
    file = folder / "outbox" / name
    file.write_bytes(text)
    return file


async def test_pyzeebe_deploys_a_good_table(api: Api, channel: grpc.aio.Channel) -> None:
    """Its answer has the decision and its requirements, with the same keys as over HTTP."""
    file = saved(api.folder, table())
    said = await ZeebeClient(channel).deploy_resource(file)
    decision, requirements = said.deployments
    assert (decision.dmn_decision_id, decision.version, decision.tenant_id) == ("Route", 1, "<default>")
    assert (requirements.resource_name, requirements.version) == ("p.dmn", 1)
    over_http = (await api.deploy((file.name, table()))).json
    assert over_http["deploymentKey"] == str(said.key)


async def test_pyzeebe_gets_the_findings_of_a_bad_table(api: Api, channel: grpc.aio.Channel) -> None:
    """As the details of the status, in the words of the other way in."""
    file = saved(api.folder, table(agent="gret"))
    with pytest.raises(ProcessInvalidError) as refused:
        await ZeebeClient(channel).deploy_resource(file)
    cause = refused.value.__cause__
    assert isinstance(cause, grpc.aio.AioRpcError)
    assert (cause.code(), cause.details()) == (
        grpc.StatusCode.INVALID_ARGUMENT,
        "nothing was deployed, 1 error: p.dmn, decision `Route`, rule 1, output agent: "
        "unknown agent `gret`; did you mean `greet`? (known agents: `greet`)",
    )
    assert await api.log() == []


async def test_who_deployed_is_recorded(api: Api, channel: grpc.aio.Channel) -> None:
    """The program, as far as it tells its name."""
    resource = pb.Resource(name="p.dmn", content=table())
    await GatewayStub(channel).DeployResource(pb.DeployResourceRequest(resources=[resource]))
    [(kind, version, who, why), _] = await api.log()
    assert (kind, version, who) == ("verify", 1, "ada")
    assert (why or "").startswith("deployed by grpc-python-asyncio/")


async def test_findings_fit_into_a_header(api: Api, channel: grpc.aio.Channel) -> None:
    """Clients take 8 KB of headers: of many findings the first ones are told, and how many more there are."""
    rules = [[str(number), f'"nobody_ä_{number}"'] for number in range(1, 201)]
    resource = pb.Resource(name="p.dmn", content=route(["run.hop"], ["agent"], rules).encode())
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await GatewayStub(channel).DeployResource(pb.DeployResourceRequest(resources=[resource]))
    details = refused.value.details() or ""
    assert details.startswith("nothing was deployed, 200 errors: (1) p.dmn, decision `Route`, rule 1, output agent: ")
    assert details.endswith(" more")
    shown, more = details.count("p.dmn, "), int(details.split()[-2])
    assert shown > 10
    assert shown + more == 200


async def test_a_client_asks_for_the_version_first(channel: grpc.aio.Channel) -> None:
    """Modeler does so before it deploys."""
    said = await GatewayStub(channel).Topology(pb.TopologyRequest())
    assert said.gatewayVersion == "8.6.0"


async def test_what_is_not_here_is_said(channel: grpc.aio.Channel) -> None:
    """Whoever takes this for a broker learns where to ask."""
    with pytest.raises(UnknownGrpcStatusCodeError) as refused:
        await ZeebeClient(channel).run_process("agent-run")
    cause = refused.value.grpc_error
    assert (cause.code(), cause.details()) == (
        grpc.StatusCode.UNIMPLEMENTED,
        "there is only `Topology` and `DeployResource` here; for all else, ask a broker of Zeebe",
    )


async def test_a_token_is_asked_for(serve: Serve) -> None:
    """In the metadata `authorization`, as over HTTP."""
    api = await serve(token=SECRET)
    async for channel in channel_to(api):
        stub = GatewayStub(channel)
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await stub.Topology(pb.TopologyRequest())
        assert refused.value.code() is grpc.StatusCode.UNAUTHENTICATED
        said = await stub.Topology(pb.TopologyRequest(), metadata=[("authorization", f"Bearer {SECRET}")])
        assert said.gatewayVersion


async def test_too_much_is_refused(serve: Serve) -> None:
    """By gRPC itself, before anything is looked at."""
    api = await serve(max_bytes=20_000)
    async for channel in channel_to(api):
        resource = pb.Resource(name="p.dmn", content=b"x" * 30_000)
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await GatewayStub(channel).DeployResource(pb.DeployResourceRequest(resources=[resource]))
        assert refused.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
