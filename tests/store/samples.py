"""Records to write to a store."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from dmnroute.routing.ports.runs import HopWrite
from dmnroute.routing.ports.store import Store
from dmnroute.routing.records.hop import DecisionRecord, HopEnd, Plan, RuleHit
from dmnroute.routing.records.run import Run, RunState, Stop
from dmnroute.routing.records.step import Outcome, PlannedStep

START = datetime(2026, 3, 1, 12, tzinfo=UTC)


def later(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def run(name: str = "r1", **fields: Any) -> Run:
    return Run(**{"id": name, "policy": "intake", "started": START} | fields)


def step(name: str, **fields: Any) -> PlannedStep:
    owner = name.partition("/")[0]
    return PlannedStep(**{"id": name, "run": owner, "agent": "ocr", "type": "agent.ocr", "version": "1"} | fields)


def decision(owner: str = "r1", hop: int = 1, *, width: int = 1, **fields: Any) -> DecisionRecord:
    steps = tuple(step(f"{owner}/{hop}.{index}") for index in range(1, width + 1))
    usual = {
        "run": owner,
        "hop": hop,
        "at": later(hop),
        "seed": 7,
        "policy": "intake",
        "version": 1,
        "digest": "0123456789abcdef",
        "previous": HopEnd(status="start" if hop == 1 else "ok"),
        "rules": (RuleHit(decision="Route", rule=2, id="r2", annotation="read it"),),
        "plan": Plan(action="dispatch", steps=steps, reason="not read yet"),
    }
    return DecisionRecord(**usual | fields)


def outcome(name: str, **fields: Any) -> Outcome:
    return Outcome(**{"step": name, "agent": "ocr", "status": "ok", "output": {"text": "a"}} | fields)


def stop(hop: int = 1, **fields: Any) -> Stop:
    usual = {"code": "no_match", "message": "no rule matched\nintake.dmn", "policy": "intake", "hop": hop, "at": START}
    return Stop(**usual | fields)


def hop(taken: DecisionRecord | None = None, *, at: datetime = START, **fields: Any) -> HopWrite:
    return HopWrite(**{"status": "running", "at": at, "decision": taken} | fields)


async def write(store: Store, change: HopWrite, *, name: str = "r1") -> None:
    async with store.locked(name) as locked:
        await locked.write(change)


async def state_of(store: Store, name: str = "r1") -> RunState:
    state = await store.state(name)
    assert state is not None
    return state


async def kinds(store: Store) -> list[str]:
    return [event.kind for event in await store.events()]
