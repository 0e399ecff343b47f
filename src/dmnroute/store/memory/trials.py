"""A run as far as a canary's guard looks at it."""

from __future__ import annotations

from dmnroute.routing.ports.trials import TrialRun
from dmnroute.routing.records.step import PEOPLE
from dmnroute.store.memory.kept import KeptRun


def trial_run(kept: KeptRun) -> TrialRun:
    state = kept.state
    escalated = any(step.type == PEOPLE for decision in kept.decisions for step in decision.plan.steps)
    return TrialRun(state.run, state.status, state.hop, state.cost, state.updated, escalated)
