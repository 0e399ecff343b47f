"""Where a run came to rest: what people read last, and what the exit code says."""

from __future__ import annotations

from typing import Any

from dmnroute.cli import streams
from dmnroute.cli.views.figures import count, money, seconds
from dmnroute.cli.views.hops import what
from dmnroute.routing.elapsed import seconds_between
from dmnroute.routing.history import History
from dmnroute.routing.progress import awaited_signals
from dmnroute.routing.records.run import RunState

WENT_WRONG = frozenset({"failed", "stopped", "cancelled"})


def tell_rest(state: RunState, history: History, *, as_json: bool) -> int:
    """Say how the run stands; the exit code is 1 when it failed or stopped."""
    if as_json:
        streams.document(run_document(state, history))
    else:
        _say(state, history)
    return int(state.status in WENT_WRONG)


def _say(state: RunState, history: History) -> None:
    streams.say(_summary(state))
    match state.status:
        case "completed":
            streams.say(streams.json_text(state.result, indent=2))
        case "failed":
            _say_failure(state, history)
        case "stopped":
            assert state.stop is not None
            streams.complain(f"error: {state.stop.message}")
            streams.note(f"correct the policy, then `dmnroute retry {state.run.id}` goes on")
        case "escalated" if state.owner is None and state.held is None:
            _say_question(state, history)
        case "waiting" | "running" | "escalated":
            _say_why_open(state, history)
        case "cancelled":
            pass


def _summary(state: RunState) -> str:
    took = seconds(seconds_between(state.run.started, state.updated))
    figures = [f"{state.run.id} {state.status} after {count(state.hop, 'hop')}", money(state.cost), took]
    return ", ".join(figures)


def _say_failure(state: RunState, history: History) -> None:
    reason = history.last.decision.plan.reason if history.last else None
    if reason:
        streams.say(reason)
    if state.result is not None:
        streams.say(streams.json_text(state.result, indent=2))


def _say_question(state: RunState, history: History) -> None:
    assert history.last is not None
    plan = history.last.decision.plan
    for name, text in (("reason", plan.reason), ("form", plan.form)):
        if text:
            streams.say(f"{name}: {text}")
    if plan.steps and plan.steps[0].input:
        streams.say(streams.json_text(plan.steps[0].input, indent=2))
    if plan.refused:
        streams.say(f"the answer before was refused: {plan.refused}")
    streams.say(f"answer: dmnroute answer {state.run.id}" + ("" if plan.form else " --input key=value"))


def _say_why_open(state: RunState, history: History) -> None:
    """Another process has it, it hasn't begun, a signal is missing, or a child stands still."""
    if state.owner:
        streams.say(f"{state.owner} drives it on")
        return
    if state.held is not None:
        streams.say("a pause holds it: `dmnroute pauses` says whose, and why")
        return
    if history.last is None:
        streams.say(f"go on: dmnroute resume {state.run.id}")
        return
    plan = history.last.decision.plan
    names = awaited_signals(plan)
    if state.status == "waiting" and names:
        for name in names:
            streams.say(f"signal: dmnroute signal {state.run.id} {name}")
        return
    streams.say(f"still open: {what(plan)}")
    for step in history.last.missing():
        streams.say(f"  {step}")


def run_document(state: RunState, history: History) -> dict[str, Any]:
    """A run with everything that happened in it, as JSON."""
    ends = [hop.decision.previous for hop in history.hops[1:]]
    return {
        "run": state.run.id,
        "status": state.status,
        "result": state.result,
        "stop": state.stop.model_dump() if state.stop else None,
        "cost": state.cost,
        "policy": state.run.policy,
        "started": state.run.started,
        "updated": state.updated,
        "input": state.run.input,
        "tags": state.run.tags,
        "limits": state.run.limits.model_dump(),
        "parent": state.run.parent,
        "owner": state.owner,
        "hops": [
            {
                "decision": hop.decision.model_dump(),
                "outcomes": [outcome.model_dump() for outcome in hop.ordered()],
                "ended": end.model_dump() if end else None,
            }
            for hop, end in zip(history.hops, [*ends, None], strict=False)
        ],
        "signals": [signal.model_dump() for signal in history.signals],
        "controls": [control.model_dump() for control in history.controls],
    }
