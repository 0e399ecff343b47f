"""Where no broker can be had, tests say so aloud."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

WITHOUT = """
from dmnroute.zeebe.broker import extra
extra.MODULES = ("a_module_that_is_missing",)
"""

TESTS = """
def test_one(broker): pass
def test_two(broker): pass
def test_three(): pass
"""

WHY = "a broker needs the extra `broker`: module `a_module_that_is_missing` is missing"


@pytest.fixture
def session(tmp_path: Path) -> str:
    """A folder with tests, where the extra is missing."""
    (tmp_path / "conftest.py").write_text(WITHOUT)
    (tmp_path / "test_it.py").write_text(TESTS)
    return str(tmp_path)


def run(session: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name != "CI"} | variables
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "tests.support.broker",
        "-c",
        os.devnull,
        "--rootdir",
        session,
    ]
    return subprocess.run(
        [*command, "-p", "no:cacheprovider", session], cwd=ROOT, env=environment, capture_output=True, text=True
    )


def test_they_are_skipped_and_one_line_says_why(session: str) -> None:
    """At the end, where it is read."""
    done = run(session)
    assert f"NO ZEEBE BROKER: {WHY} (pip install 'dmnroute[broker]'): 2 tests were NOT RUN" in done.stdout
    assert "1 passed, 2 skipped" in done.stdout
    assert done.returncode == 0


def test_on_the_build_machine_they_fail(session: str) -> None:
    """There, a test that isn't run is a hole that nobody sees."""
    done = run(session, CI="true")
    assert "1 passed, 2 errors" in done.stdout
    assert WHY in done.stdout
    assert done.returncode == 1
