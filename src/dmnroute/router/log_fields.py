"""What log lines say beside their text."""

from __future__ import annotations

from typing import Any

from dmnroute.routing.records.hop import DecisionRecord
from dmnroute.routing.records.step import Outcome


def fields_of_decision(decision: DecisionRecord) -> dict[str, Any]:
    """Of a hop that was decided."""
    return {
        "run": decision.run,
        "hop": decision.hop,
        "policy": decision.policy,
        "version": decision.version,
        "action": decision.plan.action,
        "agents": [step.agent for step in decision.plan.steps],
        "limit": decision.limit,
    }


def fields_of_outcome(outcome: Outcome) -> dict[str, Any]:
    """Of a step that ended."""
    run, _, hop = outcome.step.rpartition(".")[0].rpartition("/")
    return {
        "run": run,
        "hop": int(hop),
        "step": outcome.step,
        "agent": outcome.agent,
        "status": outcome.status,
        "error": outcome.error.kind if outcome.error else None,
    }
