"""The example policies: each is loaded, checked with the agents beside it, and taken by a real broker."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.support.broker import RunningBroker

from dmnroute.agents.loading import load_folder
from dmnroute.cli.commands.init import TEMPLATE
from dmnroute.dmn import checks as dmn_checks
from dmnroute.dmn import load
from dmnroute.routing.checks import check_policy
from dmnroute.routing.versions.guard import checked_guard, guard_names
from dmnroute.zeebe.channel import connect
from dmnroute.zeebe.gateway import Gateway

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "dmn" / "examples").glob("*.dmn"))
GUARDS = sorted((TEMPLATE / "dmn" / "guards").glob("*.dmn"))


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.stem)
def test_an_example_is_without_findings(file: Path) -> None:
    """Its tables know the agents of `workers/examples` and of the template, and what they give."""
    registry = load_folder(ROOT / "workers" / "examples").with_others(load_folder(TEMPLATE / "workers"))
    found = [str(finding) for finding in check_policy(load(file), registry.catalogue)]
    assert found == []


@pytest.mark.parametrize("file", GUARDS, ids=lambda file: file.stem)
def test_a_guard_of_canaries_is_without_findings(file: Path) -> None:
    """It reads nothing that a canary doesn't have, and waits while nothing is known."""
    checked_guard(file.read_text(), name=file.name, now=datetime(2026, 7, 1, tzinfo=UTC))
    assert [str(finding) for finding in dmn_checks.check(load(file), known_names=guard_names())] == []


@pytest.fixture
async def gateway(broker: RunningBroker) -> AsyncIterator[Gateway]:
    channel = connect(broker.grpc_address)
    yield Gateway(channel)
    await channel.close()


@pytest.mark.xdist_group("broker")
@pytest.mark.parametrize("file", [*EXAMPLES, *GUARDS], ids=lambda file: file.stem)
async def test_an_example_is_taken_by_a_real_broker_zeebe(file: Path, gateway: Gateway) -> None:
    """Camunda deploys it as it is."""
    await gateway.deploy(file.name, file.read_bytes())  # noqa: ASYNC240 (a test may wait)
