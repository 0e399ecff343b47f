"""Agents whose answers depend on their input alone; each notes its call in a ledger before it works."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel

from dmnroute import AgentFailure, Merge, Step, agent, facts


class Task(BaseModel):
    ledger: str
    name: str
    item: int = 0


class Read(BaseModel):
    text: str


class Counted(BaseModel):
    counted: list[int]


class Total(BaseModel):
    total: int


@facts
class Facts(BaseModel):
    counted: Annotated[list[int], Merge("append")] = []
    total: Annotated[int, Merge("sum")] = 0


def note(task: Task, step: Step) -> None:
    """One write of one line: also whole when the process is killed at that moment."""
    line = f"{os.getpid()} {step.id} {step.attempt}\n".encode()
    ledger = os.open(Path(task.ledger), os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(ledger, line)
    os.close(ledger)


@agent("read", cost=0.01)
async def read(task: Task, step: Step) -> Read:
    """Read, for a moment."""
    note(task, step)
    await asyncio.sleep(0.02)
    step.report(confidence=0.5 if len(task.name) % 2 else 0.9)
    return Read(text=f"text of {task.name}")


@agent("count", cost=0.001)
def count(task: Task, step: Step) -> Counted:
    """Count, in a thread."""
    note(task, step)
    time.sleep(0.005)
    return Counted(counted=[task.item])


@agent("add")
async def add(task: Task, step: Step) -> Total:
    """Add one."""
    note(task, step)
    await asyncio.sleep(0.005)
    return Total(total=1)


@agent("stumble")
async def stumble(task: Task, step: Step) -> Total:
    """Fail for names with an `a`, else at the first attempt only."""
    note(task, step)
    if "a" in task.name:
        raise AgentFailure("unlucky", "the name has an `a`")
    if step.attempt == 1:
        raise AgentFailure("busy", "once more", retryable=True)
    return Total(total=10)


@agent("linger")
async def linger(task: Task, step: Step) -> Total:
    """Lose every race: how a run goes on hangs on no clock."""
    note(task, step)
    await asyncio.sleep(3600)
    return Total(total=100)
