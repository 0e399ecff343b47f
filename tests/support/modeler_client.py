"""The client that Camunda Modeler deploys with: `@camunda8/sdk`, as `tests/support/modeler/package-lock.json` pins it.

It is installed once into the user's cache folder, by npm. Where there is no npm, or no way to its packages, the tests
are skipped, loudly; with CI=true they fail. All of them are put into one group, so that it is installed once.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest
from platformdirs import user_cache_path

HERE = Path(__file__).with_name("modeler")
FILES = ("package.json", "package-lock.json")

NOT_RUN = "NO CLIENT OF CAMUNDA MODELER"


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
    digest = hashlib.sha256(b"".join((HERE / name).read_bytes() for name in FILES)).hexdigest()[:16]
    folder = user_cache_path("dmnroute-tests") / f"modeler-{digest}"
    if not folder.is_dir():
        _install(folder)
    if shutil.which("node") is None:
        _do_without("there is no node")
    return ModelerClient(folder)


def _install(folder: Path) -> None:
    """Install beside, and move: whoever is interrupted, or second, leaves nothing half-done."""
    if shutil.which("npm") is None:
        _do_without("there is no npm")
    folder.parent.mkdir(parents=True, exist_ok=True)
    made = Path(mkdtemp(prefix="modeler-", dir=folder.parent))
    try:
        for name in FILES:
            shutil.copy(HERE / name, made)
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
        done = subprocess.run(command, cwd=made, capture_output=True, text=True, timeout=300, check=False)
        if done.returncode:
            _do_without(f"npm can't install it: {(done.stderr or done.stdout).strip()[:500]}")
        if not folder.is_dir():
            made.rename(folder)
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _do_without(why: str) -> None:
    if os.environ.get("CI") == "true":
        pytest.fail(f"{NOT_RUN}: {why}")
    pytest.skip(f"{NOT_RUN}: {why}")


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
