"""docker-compose.yml is valid by the compose specification, and names what exists."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from dmnroute.cli.commands import COMMANDS

ROOT = Path(__file__).parents[2]


def findings(file: Path) -> subprocess.CompletedProcess[str]:
    """Hold a file against the schema of the compose specification."""
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(file)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_compose_file_is_valid() -> None:
    """The specification's own schema says so."""
    found = findings(ROOT / "docker-compose.yml")
    assert found.returncode == 0, found.stdout


def test_the_check_finds_a_wrong_condition(tmp_path: Path) -> None:
    """A condition that compose doesn't know is found."""
    text = (ROOT / "docker-compose.yml").read_text().replace("condition: service_healthy", "condition: healthy")
    (tmp_path / "docker-compose.yml").write_text(text)
    assert findings(tmp_path / "docker-compose.yml").returncode == 1


def test_the_services_run_commands_that_exist() -> None:
    """`router`, `worker` and `serve` are commands of dmnroute."""
    assert {"router", "worker", "serve"} <= {command.__name__ for command in COMMANDS}
