"""Child runs: a step that is a run of its own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from dmnroute.router.router import Router
from dmnroute.routing.amounts import Amounts
from dmnroute.routing.arrivals import since_restart
from dmnroute.routing.coverage import coverage_of
from dmnroute.routing.elapsed import seconds_between
from dmnroute.routing.forks import redrive_child
from dmnroute.routing.history import History
from dmnroute.routing.ports.store import Store
from dmnroute.routing.records.run import Limits, Origin, Run
from dmnroute.routing.records.step import Outcome, PlannedStep, StepError
from dmnroute.routing.spending import used


def child_of(step: PlannedStep, router: Router, *, limits: Limits) -> Run:
    """The child run of a step: it has the step's id, and may cost and take what the step may.

    `limits` are the parent's; its other ones hold for the child too, and it may be nested one level less.
    """
    assert step.child_policy is not None
    return router.new_run(
        step.id,
        step.child_policy,
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


async def start_child(step: PlannedStep, router: Router, *, limits: Limits, process_instance: str | None = None) -> Run:
    """Keep the child run of a step, bound to a process instance where it has one; doing so twice changes nothing.

    One that is done once more goes on from the child run of before: what went well there isn't done again.
    """
    child = child_of(step, router, limits=limits).model_copy(update={"process_instance": process_instance})
    before = await router.store.history(step.redrives) if step.redrives else None
    origin = redrive_child(before, now=router.clock.now()) if before else None
    if before is None or origin is None:
        await router.start([child])
        return child
    fork = child.model_copy(update={"origin": origin, "limits": _with_inherited(child.limits, before, origin)})
    await router.store.fork(fork)
    return fork


def _with_inherited(limits: Limits, before: History, origin: Origin) -> Limits:
    """What was spent in the hops that a child begins with counts among its own: it gets so much more."""
    spent = used(replace(before, hops=before.hops[: origin.hops]))
    given = Amounts(cost=limits.cost, tokens=limits.tokens, calls=limits.calls)
    more = {
        measure: getattr(given.plus(spent), measure)
        for measure in ("cost", "tokens", "calls")
        if getattr(given, measure) is not None
    }
    return limits.model_copy(update=more | {"hops": limits.hops + (spent.hops or 0)})


def _output(result: Any) -> dict[str, Any] | None:
    return result if result is None or isinstance(result, dict) else {"result": result}


async def outcome_of_child(step: PlannedStep, store: Store) -> Outcome | None:
    """What a child run came to, for its parent's tables; none while it goes on or stands still."""
    state, history = await store.state(step.id), await store.history(step.id)
    if state is None or history is None or state.status not in ("completed", "failed", "cancelled"):
        return None
    outcomes = list(since_restart(history).outcomes())
    ok, spent = state.status == "completed", used(history.own())
    reason = history.last.decision.plan.reason if history.last else None
    return Outcome(
        step=step.id,
        agent=step.agent,
        status="ok" if ok else "failed" if state.status == "failed" else "cancelled",
        confidence=min((o.confidence for o in outcomes if o.status == "ok" and o.confidence is not None), default=None),
        coverage=coverage_of(history),
        output=_output(state.result),
        error=None if ok else StepError(kind="child_failed", message=reason or f"the child run {state.status}"),
        cost=spent.cost,
        tokens=spent.tokens or 0,
        # Counted where the parent limits calls; elsewhere a child is one step.
        calls=1 if step.max_calls is None else spent.calls or 0,
        latency=seconds_between(state.run.started, state.updated),
    )
