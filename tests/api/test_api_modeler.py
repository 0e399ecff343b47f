"""Deployments by the client that Camunda Modeler uses, with the calls that Modeler makes."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.api.conftest import Api, Serve, table
from tests.support.modeler_client import ModelerClient

SECRET = "a-secret-that-is-long"
FINDING = (
    "nothing was deployed, 1 error: p.dmn, decision `Route`, rule 1, output agent: "
    "unknown agent `gret`; did you mean `greet`? (known agents: `greet`)"
)


def saved(folder: Path, text: bytes, name: str = "p.dmn") -> Path:
    (folder / "outbox").mkdir(exist_ok=True)
    file = folder / "outbox" / name
    file.write_bytes(text)
    return file


async def test_over_http_a_good_table_is_published(api: Api, modeler: ModelerClient) -> None:
    """The client can read the answer: Modeler looks for the decisions of the file's requirements."""
    said = await modeler.deploy(api.addresses.http, saved(api.folder, table()))
    assert said["gatewayVersion"] == "8.6.0"
    decision, requirements = said["response"]["deployments"]
    assert decision["decisionDefinition"]["decisionDefinitionId"] == "Route"
    assert requirements["decisionRequirements"]["resourceName"] == "p.dmn"
    keys = (decision["decisionDefinition"], requirements["decisionRequirements"])
    assert len({each["decisionRequirementsKey"] for each in keys}) == 1
    assert await api.log() == [
        ("verify", 1, "ada", "deployed from Camunda Modeler"),
        ("activate", 1, "ada", "deployed from Camunda Modeler"),
    ]


async def test_over_http_a_bad_tables_findings_are_shown(api: Api, modeler: ModelerClient) -> None:
    """In the message that Modeler writes into its log: decision, rule and column."""
    said = await modeler.deploy(api.addresses.http, saved(api.folder, table(agent="gret")))
    assert said["error"]["message"].startswith("Response code 400 (Bad Request) (POST ")
    assert f'"detail":"{FINDING}"' in said["error"]["message"]
    assert await api.log() == []


async def test_over_grpc_a_good_table_is_published(api: Api, modeler: ModelerClient) -> None:
    """As Modeler does for a Cluster URL that begins with `grpc://`."""
    said = await modeler.deploy(api.addresses.grpc, saved(api.folder, table()))
    assert said["gatewayVersion"] == "8.6.0"
    decision, requirements = said["response"]["deployments"]
    assert decision["decision"]["dmnDecisionId"] == "Route"
    assert (
        decision["decision"]["decisionRequirementsKey"]
        == (requirements["decisionRequirements"]["decisionRequirementsKey"])
    )
    assert {each[3] for each in await api.log()} == {"deployed from Camunda Modeler"}


async def test_over_grpc_a_bad_tables_findings_are_shown(api: Api, modeler: ModelerClient) -> None:
    """In the details that Modeler writes into its log."""
    said = await modeler.deploy(api.addresses.grpc, saved(api.folder, table(agent="gret")))
    assert (said["error"]["code"], said["error"]["details"]) == (3, FINDING)
    assert await api.log() == []


@pytest.mark.parametrize("way", ["http", "grpc"])
async def test_with_basic_authentication_the_token_is_the_password(
    way: str, serve: Serve, modeler: ModelerClient
) -> None:
    """The dialog's user name is who publishes; with another password nothing is told."""
    api = await serve(token=SECRET)
    file, url = saved(api.folder, table()), getattr(api.addresses, way)
    basic = {"CAMUNDA_AUTH_STRATEGY": "BASIC", "CAMUNDA_BASIC_AUTH_USERNAME": "cy"}
    said = await modeler.deploy(url, file, **basic, CAMUNDA_BASIC_AUTH_PASSWORD="wrong")
    wanted = {"http": "Response code 401 (Unauthorized)", "grpc": "16 UNAUTHENTICATED: this token isn't known"}
    assert said["error"]["message"].startswith(wanted[way])
    said = await modeler.deploy(url, file, **basic, CAMUNDA_BASIC_AUTH_PASSWORD=SECRET)
    assert said["response"]["tenantId"] == "<default>"
    assert {each[2] for each in await api.log()} == {"cy"}
