"""What a write changes of a run's state, and which events tell of it: the same for every store."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from decimal import Context, Decimal
from functools import reduce
from typing import Any

from dmnroute.errors import OperatorError, UsageError
from dmnroute.routing.history import History
from dmnroute.routing.ports.events import EventKind
from dmnroute.routing.ports.policies import StoredPolicy
from dmnroute.routing.ports.runs import HopWrite
from dmnroute.routing.records.control import Control
from dmnroute.routing.records.hop import DecisionRecord
from dmnroute.routing.records.policy_change import PolicyChange
from dmnroute.routing.records.run import ENDED, Origin, Run, RunState, Stop
from dmnroute.routing.records.signal import Signal
from dmnroute.routing.records.step import Outcome

Telling = tuple[EventKind, dict[str, Any]]
"""An event that has no number yet."""

_MICROSECOND = timedelta(microseconds=1)

_MONEY = Context(prec=100)
"""Wide enough to add amounts of money without rounding."""


def unknown_run(run: str) -> OperatorError:
    return OperatorError(f"there is no run `{run}`", code="unknown_run", hint="`dmnroute runs` lists the runs")


def can_be_bound(state: RunState) -> bool:
    """Whether a run is free to be bound to a process instance: nobody drives it, and nothing is decided yet."""
    return state.is_new


def origin_of(run: Run) -> Origin:
    """Where a fork begins. Raises UsageError `no_fork`."""
    if run.origin is None:
        raise UsageError(f"run `{run.id}` doesn't begin with hops of another one", code="no_fork")
    return run.origin


def begun(run: Run, other: History) -> History:
    """What a fork begins with, from the whole history of the other run.

    Raises:
        UsageError: `no_fork`, when the other run hasn't so many hops.
    """
    origin = origin_of(run)
    if origin.hops > len(other.hops):
        raise UsageError(
            f"run `{run.id}` can't begin with {origin.hops} hops of run `{origin.run}`: it has {len(other.hops)}",
            code="no_fork",
        )
    return other.forked(run)


def forked_state(begun: History) -> RunState:
    """The state of a fork that has just been made: it has cost what the hops cost that it began with."""
    run = begun.run
    cost = total(Decimal(0), begun.outcomes())
    return RunState(run=run, status="running", hop=len(begun.hops), cost=cost, updated=run.started)


def check(state: RunState, change: HopWrite) -> None:
    """A hop is decided once, after the one before, for its own run.

    Raises:
        OperatorError: `hop_decided`, `store_behind`.
        UsageError: the decision or one of its steps is of another run, or two steps have one id.
    """
    if change.decision is None:
        return
    run, hop, steps = state.run.id, change.decision.hop, change.decision.plan.steps
    if {change.decision.run, *(step.run for step in steps)} != {run}:
        raise UsageError(f"a decision of another run can't be written to run `{run}`", code="other_run")
    if len({step.id for step in steps}) < len(steps):
        raise UsageError(f"run `{run}`: two steps of hop {hop} have the same id", code="same_step")
    if hop <= state.hop:
        raise hop_decided(run, hop)
    if hop > state.hop + 1:
        raise OperatorError(
            f"run `{run}`: hop {hop} can't be decided, the latest one in the store is {state.hop}",
            code="store_behind",
            hint="the store is older than the engine: was it restored from a backup?",
        )


def hop_decided(run: str, hop: int) -> OperatorError:
    return OperatorError(f"run `{run}`: hop {hop} is decided already", code="hop_decided")


def check_once(state: RunState, *, written: bool, left: bool) -> None:
    """A locked run takes one write, while it is held. Raises UsageError."""
    if written:
        raise UsageError(f"run `{state.run.id}`: a hop is written at most once in a lock", code="written_twice")
    if left:
        raise UsageError(f"run `{state.run.id}` isn't locked any more", code="lock_left")


def check_reserve(state: RunState, *, reserved: bool, written: bool, left: bool) -> None:
    """Budgets are reserved once, before the write. Raises UsageError."""
    check_once(state, written=written, left=left)
    if reserved:
        raise UsageError(f"run `{state.run.id}`: budgets are reserved at most once in a lock", code="reserved_twice")


def check_kept(state: RunState, *, reserved: bool, written: bool) -> None:
    """What is reserved must be written with its hop. Raises UsageError."""
    if reserved and not written:
        raise UsageError(f"run `{state.run.id}`: budgets were reserved for a hop that wasn't written", code="unwritten")


def total(cost: Decimal, outcomes: Iterable[Outcome]) -> Decimal:
    """A cost with the known costs of outcomes, exact."""
    return reduce(_MONEY.add, (outcome.cost for outcome in outcomes if outcome.cost is not None), cost)


def after_hop(state: RunState, change: HopWrite, recorded: Sequence[Outcome]) -> RunState:
    """The state with a hop, of whose outcomes these were new."""
    return state.model_copy(
        update={
            "status": change.status,
            "hop": change.decision.hop if change.decision else state.hop,
            "cost": total(state.cost, recorded),
            "updated": change.at,
            "stop": change.stop,
            "result": change.result,
            "held": change.held,
        }
    )


def called(change: HopWrite, recorded: Iterable[Outcome]) -> list[Outcome]:
    """The outcomes of steps that were sent: those that came with their decision tell nothing of an agent."""
    planned = {step.id for step in change.decision.plan.steps} if change.decision else set[str]()
    return [outcome for outcome in recorded if outcome.step not in planned]


def run_started(run: Run) -> Telling:
    data: dict[str, Any] = {"policy": run.policy, "tenant": run.tenant, "tags": run.tags, "parent": run.parent}
    if run.origin is not None:
        data["origin"] = {"run": run.origin.run, "hops": run.origin.hops, "again": list(run.origin.again)}
    return "run_started", data


def run_imported(state: RunState) -> Telling:
    run = state.run
    return "run_imported", {"policy": run.policy, "tenant": run.tenant, "status": state.status, "hop": state.hop}


def policy_changed(policy: StoredPolicy, what: Sequence[str] | None) -> Telling:
    return "policy_changed", {
        "policy": policy.name,
        "version": policy.version,
        "digest": policy.digest,
        "file": policy.file,
        **({} if what is None else {"changes": list(what)}),
    }


def policy_transition(change: PolicyChange) -> Telling:
    """What was done with a version; of a canary's guard, that it has one."""
    told = change.model_dump(exclude={"at", "guard"}, exclude_none=True)
    moments = {name: told[name].isoformat() for name in ("starts", "ends") if name in told}
    return "policy_transition", told | moments | ({"guarded": True} if change.guard else {})


def signal_received(signal: Signal) -> Telling:
    return "signal_received", {"number": signal.number, "name": signal.name}


def control_received(control: Control) -> Telling:
    return "control_received", {
        "number": control.number,
        "kind": control.kind,
        "data": control.data,
        "who": control.who,
        "why": control.why,
    }


def step_ended(outcome: Outcome) -> Telling:
    return "step_ended", {
        "step": outcome.step,
        "agent": outcome.agent,
        "status": outcome.status,
        "confidence": outcome.confidence,
        "cost": outcome.cost,
        "tokens": outcome.tokens,
        "latency": outcome.latency,
        "attempt": outcome.attempt,
        "reused": outcome.reused,
        "error": outcome.error.kind if outcome.error else None,
    }


def hop_tellings(before: RunState, change: HopWrite, recorded: Sequence[Outcome]) -> list[Telling]:
    """The events of a hop in the order in which things happened.

    A step of the new decision that has its outcome already (it was reused, or skipped) ends after the decision.
    """
    planned = {step.id for step in change.decision.plan.steps} if change.decision else set()
    return [
        *([_retried(before.stop)] if before.stop and not change.stop else []),
        *(step_ended(outcome) for outcome in recorded if outcome.step not in planned),
        *([_hop_decided(change.decision)] if change.decision else []),
        *(step_ended(outcome) for outcome in recorded if outcome.step in planned),
        *([_held(change.held)] if change.held not in (None, before.held) else []),
        *([_stopped(change.stop)] if change.stop and change.stop != before.stop else []),
        *([_ended(after_hop(before, change, recorded))] if change.status in ENDED - {before.status} else []),
    ]


def _hop_decided(decision: DecisionRecord) -> Telling:
    return "hop_decided", {
        "hop": decision.hop,
        "policy": decision.policy,
        "version": decision.version,
        "last": decision.previous.status,
        "action": decision.plan.action,
        "reason": decision.plan.reason,
        "limit": decision.limit,
        "stage": decision.stage,
        "rules": [{"decision": r.decision, "rule": r.rule, "annotation": r.annotation} for r in decision.rules],
        "steps": [{"id": step.id, "agent": step.agent} for step in decision.plan.steps],
    }


def _retried(stop: Stop) -> Telling:
    return "run_retried", {"hop": stop.hop, "code": stop.code}


def _held(by: str | None) -> Telling:
    return "run_held", {"by": by}


def _stopped(stop: Stop) -> Telling:
    return "run_stopped", {
        "code": stop.code,
        "message": stop.message.partition("\n")[0],
        "policy": stop.policy,
        "version": stop.version,
        "hop": stop.hop,
    }


def _ended(state: RunState) -> Telling:
    elapsed = Decimal((state.updated - state.run.started) // _MICROSECOND) / 1_000_000
    return "run_ended", {"status": state.status, "hop": state.hop, "cost": state.cost, "elapsed": elapsed}
