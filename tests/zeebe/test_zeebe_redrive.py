"""Runs that failed on Zeebe are done once more there, whatever engine the settings of this machine name."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.support.crowd import PATIENCE, Crowd
from tests.support.tables import route
from tests.zeebe.counting import all_ended, start_runs
from tests.zeebe.test_zeebe_kills import crowd_at

from dmnroute.store.open import open_store
from dmnroute.zeebe.broker import RunningBroker

pytestmark = pytest.mark.xdist_group("broker")

SHAKY = '''
from pathlib import Path

from pydantic import BaseModel

from dmnroute import AgentFailure, agent


class Task(BaseModel):
    ledger: str


class Done(BaseModel):
    done: bool


@agent("shaky", cost=0)
def shaky(task: Task) -> Done:
    """Fail until a file says that all is well."""
    if not Path(task.ledger + ".well").exists():
        raise AgentFailure("closed", "not today")
    return Done(done=True)
'''
RULES = [['"start"', '"shaky"', "null"], ['"ok"', "null", '"complete"'], ["-", "null", '"fail"']]


async def test_failed_runs_are_redriven_on_their_engine(tmp_path: Path, broker: RunningBroker) -> None:
    """With a filter and jitter: each fork is a process instance of its own, and ends well."""
    store = f"{tmp_path}/runs.db"
    with crowd_at(broker, tmp_path, store=store, hops=2) as crowd:
        (tmp_path / "workers" / "counting.py").write_text(SHAKY)
        (tmp_path / "dmn" / "p.dmn").write_text(route(["last.status"], ["agent", "action"], RULES))
        crowd.start("router")
        crowd.start("worker")
        await crowd.serving()
        await start_runs(broker.grpc_address, tmp_path, range(2))
        await all_ended(store, 2, patience=PATIENCE)
        (tmp_path / "ledger.well").touch()
        made = await _redriven(crowd)
        assert sorted(made["rested"].values()) == ["completed", "completed"]
        kept = await open_store(store)
        states = [await kept.state(fork) for fork in made["forks"]]
        await kept.close()
        assert all(state is not None and state.run.process_instance for state in states)


async def _redriven(crowd: Crowd) -> dict[str, dict[str, str]]:
    crowd.start("redrive", "redrive", "--failed", "--policy", "p", "--jitter", "0.2", "--json")
    assert await crowd.ended("redrive") == 0, crowd.said("redrive")
    said: dict[str, dict[str, str]] = json.loads(crowd.said("redrive"))
    return said
