"""The kinds of error that dmnroute itself gives to steps: what `error.kind` may say beside the kinds of the agents."""

from __future__ import annotations

from collections.abc import Mapping

KINDS: Mapping[str, str] = {
    "schema_input": "The input doesn't fit the agent's schema; the agent wasn't called.",
    "schema_output": "What the agent returned doesn't fit its schema, or has no JSON form.",
    "too_large": "What the agent returned is larger than may be kept, or than travels without a store.",
    "timeout": "No outcome came within the step's time.",
    "rate_limited": "A service behind the agent wants fewer calls; `error.retry_after` says when it may be called.",
    "unavailable": "Something that the agent needs isn't there: a service, or a module that isn't installed.",
    "refused": "The agent, a model behind it, or a guard doesn't want to do this.",
    "abuse": "A guard saw abuse.",
    "rerouted": "A guard sent the step back to the tables.",
    "guard_failed": "A guard gave no verdict, so nothing went through.",
    "crashed": "The agent raised an exception.",
    "forbidden": "Somebody forbade the agent in this run.",
    "cancelled": "The step's result was no longer wanted.",
    "no_worker": "No process has this agent loaded.",
    "no_outcome": "A worker completed its job without an outcome.",
    "bpmn_error": "A worker threw a BPMN error.",
    "child_failed": "The child run behind the step failed.",
    "invalid_answer": "What people answered doesn't fit the form.",
    "budget": "The step would have cost more than is left.",
    "breaker_open": "The agent, or a service behind it, failed so often lately that it wasn't asked.",
    "bad_metric": "The agent reported a figure that is no number, or outside of its domain.",
    "bad_proposal": "The agent proposed a step that JSON can't carry.",
}
