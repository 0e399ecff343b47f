"""The policy, tested with the real agents: in memory, and without waiting."""

from __future__ import annotations

import asyncio
from pathlib import Path

from dmnroute.agents.loading import load_folder
from dmnroute.testing import PolicyRun, run_policy

PROJECT = Path(__file__).parents[1]
AGENTS = load_folder(PROJECT / "workers")


def triage(text: str, **given: object) -> PolicyRun:
    """Drive one message through the policy."""
    return asyncio.run(run_policy(PROJECT / "dmn" / "triage.dmn", agents=AGENTS, input={"text": text}, **given))  # type: ignore[arg-type]  # any option of `run_policy`


def test_a_clear_message_needs_nobody() -> None:
    """All words point to one topic: the agent's word is good enough."""
    run = triage("I was charged twice, please send a refund")
    assert run.result == {"topic": "billing", "decided by": "agent"}
    assert run.route == ["classify", "complete"]


def test_an_unclear_message_goes_to_people() -> None:
    """Words that point to several topics, or to none, aren't guessed at."""
    run = triage("The parcel is late, where is my refund?")
    assert run.status == "escalated"


def test_what_people_say_counts() -> None:
    """The answer of the front desk is the result."""
    run = triage("hello?", answers=[{"topic": "technical"}])
    assert run.result == {"topic": "technical", "decided by": "people"}
