"""The client that Camunda Modeler deploys with: `@camunda8/sdk`, as `tests/support/modeler/package-lock.json` pins it.

All tests that use it are put into one group, so that it is installed once.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.support.npm import installed

HERE = Path(__file__).with_name("modeler")


@dataclass(frozen=True, slots=True)
class ModelerClient:
    """Deploys as Modeler does."""

    folder: Path

    async def deploy(self, url: str, *files: Path, **configuration: object) -> dict[str, Any]:
        """What Modeler would get: `gatewayVersion` and `response`, or `error` with its message, code and details."""
        nothing_set: dict[str, object] = {"CAMUNDA_OAUTH_DISABLED": True}
        given = json.dumps(configuration or nothing_set)
        script = [str(HERE / "deploy.cjs"), str(self.folder), url, given, *map(str, files)]
        done = await asyncio.create_subprocess_exec(
            "node", *script, env=_environment(), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
        )
        out, err = await asyncio.wait_for(done.communicate(), 120)
        assert done.returncode == 0, err.decode()
        answer: dict[str, Any] = json.loads(out.decode().strip().splitlines()[-1])
        return answer


@pytest.fixture(scope="session")
def modeler() -> ModelerClient:
    """The client, installed."""
    return ModelerClient(installed(HERE))


def _environment() -> dict[str, str]:
    """The client reads addresses and secrets from the environment, too: only what tests set counts."""
    return {name: text for name, text in os.environ.items() if not name.startswith(("CAMUNDA_", "ZEEBE_"))}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    """Keep the tests that use it together; those that need a broker, too, go with the broker."""
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        if "modeler" in fixtures and not {"broker", "own_broker"} & fixtures:
            item.add_marker(pytest.mark.xdist_group("modeler"))
