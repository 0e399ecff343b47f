"""The plugin of pytest: cases beside a table are tests like any other."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from dmnroute.cli.commands.init import TEMPLATE


def _pytest(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:asyncio", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=60)


def _project(folder: Path, cases: str) -> None:
    for file in ("dmn/triage.dmn", "workers/messages.py"):
        (folder / file).parent.mkdir(exist_ok=True)
        (folder / file).write_bytes((TEMPLATE / file).read_bytes())
    (folder / "dmn" / "triage.tests.yaml").write_text(cases)


def test_each_case_is_a_test(tmp_path: Path) -> None:
    """The template's own cases, decisions and runs, with the project's agents as doubles."""
    _project(tmp_path, (TEMPLATE / "dmn" / "triage.tests.yaml").read_text())
    done = _pytest(tmp_path, "dmn")
    assert (done.returncode, done.stderr) == (0, "")
    assert "5 passed" in done.stdout


def test_a_failure_says_what_came_out(tmp_path: Path) -> None:
    """Without a traceback of ours; an error of the file is an error of collecting it."""
    _project(tmp_path, "tests: [{name: a new message, expect: {agent: clasify}}]")
    done = _pytest(tmp_path, "dmn")
    assert done.returncode == 1
    assert 'agent: expected "clasify", found "classify"' in done.stdout.splitlines()
    assert "Traceback" not in done.stdout
    _project(tmp_path, "tests: 7")
    done = _pytest(tmp_path, "dmn")
    assert done.returncode == 2
    assert "the file must have `tests`, a list of cases, and nothing else" in done.stdout


def test_agents_of_the_settings_are_there(tmp_path: Path) -> None:
    """As for `dmnroute policy test`: those in modules that `dmnroute.toml` names."""
    _project(tmp_path, (TEMPLATE / "dmn" / "triage.tests.yaml").read_text())
    (tmp_path / "workers" / "messages.py").rename(tmp_path / "agents_elsewhere.py")
    (tmp_path / "dmnroute.toml").write_text('agents = ["agents_elsewhere"]\n')
    assert "5 passed" in _pytest(tmp_path, "dmn").stdout
