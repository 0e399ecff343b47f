"""Doubles for your own tests: a clock that you move by hand, a step that remembers, a run without a database.

async def test_an_unclear_message_goes_to_people():
    run = await run_policy("dmn/triage.dmn", agents=[classify], input={"text": "hm"})
    assert run.status == "escalated"
"""

from __future__ import annotations

from dmnroute.testing.clock import START, ManualClock
from dmnroute.testing.policies import FixedPolicies
from dmnroute.testing.policy_run import PolicyRun, run_policy
from dmnroute.testing.steps import RecordingStep, step_for

__all__ = ["START", "FixedPolicies", "ManualClock", "PolicyRun", "RecordingStep", "run_policy", "step_for"]
