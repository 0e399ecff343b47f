"""The demo on Zeebe: the same documents take the same ways."""

from __future__ import annotations

import asyncio
import json
import shlex
from pathlib import Path

import pytest
from tests.cli.conftest import Bench, Cli
from tests.cli.demo.demo_routes import differences, repeated_steps, routes
from tests.support.tables import route

from dmnroute.store.open import open_store
from dmnroute.zeebe.broker import RunningBroker

WORKERS = '''
from pathlib import Path
from pydantic import BaseModel
from dmnroute import Step, agent

class Document(BaseModel):
    path: str

class Measured(BaseModel):
    size: int

@agent("measure", cost="0.01")
def measure(document: Document, step: Step) -> Measured:
    """Be as sure as the document says."""
    text = Path(document.path).read_text()
    step.report(confidence=float(text))
    return Measured(size=len(text))
'''

RULES = (
    ["1", "-", '"measure"', "null", "null"],
    ["-", "< 0.70", "null", '"escalate"', '"desk"'],
    ["-", "-", "null", '"complete"', "null"],
)


@pytest.fixture
def documents(bench: Bench, broker: RunningBroker, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three documents that say how sure one can be of them."""
    monkeypatch.setenv("ZEEBE_ADDRESS", broker.grpc_address)
    (bench.root / "workers" / "measuring.py").write_text(WORKERS)
    table = route(["run.hop", "last.confidence"], ["agent", "action", "group"], RULES)
    (bench.root / "dmn" / "intake.dmn").write_text(table)
    folder = bench.root / "documents"
    folder.mkdir()
    for name, confidence in (("a.txt", "0.95"), ("b.txt", "0.72"), ("c.txt", "0.40")):
        (folder / name).write_text(confidence)
    return folder


def test_what_the_demo_proposes_to_try_can_be_tried(documents: Path, cli: Cli) -> None:
    """The routers of Zeebe know nothing of a change made here: it is tried on the local engine."""
    said = cli("demo", "documents", "--engine", "zeebe", "--json")
    assert said.code == 0, said.err
    found = json.loads(said.out.splitlines()[-1])["what_if"]
    words = shlex.split(found["command"])
    assert words[:5] == ["dmnroute", "demo", "documents", "--engine", "local"]
    again = cli(*words[1:], "--json")
    assert json.loads(again.out.splitlines()[-1])["rerouted"] == found["rerouted"] == ["b.txt"]


def test_both_engines_route_alike(documents: Path, cli: Cli) -> None:
    """Agents and matched rules of every hop are the same, and no step was recorded twice."""
    for engine in ("local", "zeebe"):
        said = cli("demo", "documents", "--session", f"on-{engine}", "--engine", engine, "--plain")
        assert said.code == 0, said.err

    async def compared() -> tuple[int, list[str], list[str]]:
        store = await open_store("runs.db")
        try:
            here, there = await routes(store, "on-local"), await routes(store, "on-zeebe")
            return len(there), differences(here, there), await repeated_steps(store, "on-zeebe")
        finally:
            await store.close()

    assert asyncio.run(compared()) == (3, [], [])
