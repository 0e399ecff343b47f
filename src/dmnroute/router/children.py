"""Child runs: a step that is a run of its own."""

from __future__ import annotations

from typing import Any

from dmnroute.router.router import Router
from dmnroute.routing.elapsed import seconds_between
from dmnroute.routing.ports.store import Store
from dmnroute.routing.records.run import Limits, Run
from dmnroute.routing.records.step import CHILD_RUN, Outcome, PlannedStep, StepError
from dmnroute.routing.spending import used


def child_of(step: PlannedStep, router: Router, *, limits: Limits) -> Run:
    """The child run of a step: it has the step's id, and may cost and take what the step may.

    `limits` are the parent's; its other ones hold for the child too, and it may be nested one level less.
    """
    return router.new_run(
        step.id,
        step.type.removeprefix(CHILD_RUN),
        input=step.input,
        limits=limits.model_copy(
            update={
                "cost": step.max_cost,
                "tokens": step.max_tokens,
                "calls": step.max_calls,
                "time": step.timeout,
                "slo": step.slo,
                "depth": max(limits.depth - 1, 0),
            }
        ),
        tenant=step.tenant,
        parent=step.id,
    )


def _output(result: Any) -> dict[str, Any] | None:
    return result if result is None or isinstance(result, dict) else {"result": result}


async def outcome_of_child(step: PlannedStep, store: Store) -> Outcome | None:
    """What a child run came to, for its parent's tables; none while it goes on or stands still."""
    state, history = await store.state(step.id), await store.history(step.id)
    if state is None or history is None or state.status not in ("completed", "failed", "cancelled"):
        return None
    outcomes = list(history.outcomes())
    ok, spent = state.status == "completed", used(history)
    reason = history.last.decision.plan.reason if history.last else None
    return Outcome(
        step=step.id,
        agent=step.agent,
        status="ok" if ok else "failed" if state.status == "failed" else "cancelled",
        confidence=min((o.confidence for o in outcomes if o.status == "ok" and o.confidence is not None), default=None),
        output=_output(state.result),
        error=None if ok else StepError(kind="child_failed", message=reason or f"the child run {state.status}"),
        cost=spent.cost,
        tokens=spent.tokens or 0,
        # Counted where the parent limits calls; elsewhere a child is one step.
        calls=1 if step.max_calls is None else spent.calls or 0,
        latency=seconds_between(state.run.started, state.updated),
    )
