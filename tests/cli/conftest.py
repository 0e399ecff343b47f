"""The command line in this process: what it says, and the exit code."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import structlog
from tests.support.tables import by_hop

from dmnroute.cli.entry import exit_code
from dmnroute.routing.canonical import loads

AGENTS = '''
from pydantic import BaseModel
from dmnroute import AgentFailure, Step, agent

class Name(BaseModel):
    name: str = "world"

class Greeting(BaseModel):
    greeting: str

@agent("greet", cost="0.10", timeout=5)
def greet(given: Name, step: Step) -> Greeting:
    """Greet somebody."""
    step.report(confidence=0.90, letters=5)
    return Greeting(greeting=f"hello {given.name}")

@agent("refuse", cost=0)
def refuse(given: Name) -> Greeting:
    """Greet nobody."""
    raise AgentFailure("rude", "no greeting today")

@agent("read_scan", cost="0.01", requires=("rapidocr_that_is_missing",))
def read_scan(given: Name) -> Greeting:
    """Can't run here."""
    raise AssertionError
'''

COLUMNS = ("agent", "action", "wait", "signal", "group", "result", "reason")


@dataclass(frozen=True, slots=True)
class Said:
    """What a command said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The JSON on stdout, with exact numbers."""
        return loads(self.out)


Cli = Callable[..., Said]


@pytest.fixture(autouse=True)
def _undisturbed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No settings of this machine, and the logging of the tests as it was."""
    for name in [name for name in os.environ if name.startswith("DMNROUTE_")]:
        monkeypatch.delenv(name)
    for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    root = logging.getLogger()
    handlers, level, own = list(root.handlers), root.level, logging.getLogger("dmnroute").level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.getLogger("dmnroute").setLevel(own)
    structlog.reset_defaults()


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str]) -> Cli:
    """Run a command; its parts are words."""

    def run(*arguments: object) -> Said:
        capsys.readouterr()
        code = exit_code([str(argument) for argument in arguments])
        said = capsys.readouterr()
        return Said(code, said.out, said.err)

    return run


@dataclass(frozen=True, slots=True)
class Bench:
    """A project in the current folder, whose policies say for each hop what happens."""

    root: Path

    def save(self, policy: str, *hops: Mapping[str, str], columns: Sequence[str] = COLUMNS) -> Path:
        """Save a policy; cells left out are null."""
        file = self.root / "dmn" / f"{policy}.dmn"
        file.write_text(by_hop(columns, hops))
        return file


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """A project with a few agents and a store of its own."""
    root = tmp_path / "bench"
    (root / "dmn").mkdir(parents=True)
    (root / "workers").mkdir()
    (root / "workers" / "bench_agents.py").write_text(AGENTS)
    (root / "dmnroute.toml").write_text('store = "runs.db"\n')
    monkeypatch.chdir(root)
    return Bench(root)
