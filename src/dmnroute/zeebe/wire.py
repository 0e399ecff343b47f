"""What travels between process and workers: route jobs in, routes out, steps to agents, outcomes back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from dmnroute.errors import RouteError
from dmnroute.routing.answers import answered
from dmnroute.routing.canonical import dumps
from dmnroute.routing.catalogue import Catalogue
from dmnroute.routing.elapsed import seconds_between
from dmnroute.routing.history import History, Hop
from dmnroute.routing.join import FAILURES, join_end
from dmnroute.routing.outcomes import cancelled
from dmnroute.routing.pauses import Pause
from dmnroute.routing.people import assignees_of, groups_of
from dmnroute.routing.progress import hop_end, wait_until
from dmnroute.routing.records.hop import Plan
from dmnroute.routing.records.step import Outcome, PlannedStep, StepError
from dmnroute.routing.reminders import interval, starts_of, unsent_reminders
from dmnroute.zeebe.contract import ANY_FORM, AT_ONCE, LARGEST_ROUTE, NEVER, NO_REMINDER, PROCESS

ENDS: Mapping[str, str] = {"complete": "completed", "fail": "failed", "cancel": "cancelled"}
"""How the run stands after the actions that end it."""

LARGEST_INPUT = 65_536
"""Bytes of a step's input that travel inline, in a narrow hop; larger ones travel by reference to the store."""


class RouteJob(BaseModel):
    """The variables of a route job. Only these are read; of a first job, `hop`, `outcomes` and `answer` aren't."""

    model_config = ConfigDict(extra="ignore")

    runId: str | None = None
    policy: str | None = None
    input: dict[str, Any] | None = None
    tags: dict[str, str] | None = None
    hop: int | None = None
    outcomes: list[dict[str, Any] | None] | None = None
    answer: Any = None
    """Of people; a foreign client may have completed their task with anything."""


ROUTE_VARIABLES = list(RouteJob.model_fields)


def _remind_cycle(history: History, now: datetime) -> str:
    """The timer of the reminders that are still to be sent: so many, from when, how far apart."""
    hop = history.last
    assert hop is not None
    unsent = unsent_reminders(hop)
    if not unsent:
        return NO_REMINDER
    start = max(starts_of(unsent[0], hop), now)
    return f"R{len(unsent)}/{start.isoformat()}/PT{interval(hop) or 1:f}S"


def route_variables(hop: Hop, *, by_reference: bool, processes: Mapping[str, str]) -> dict[str, Any]:
    """The variables that a route job is completed with; steps that were settled with the decision aren't sent.

    `processes` are those that policies of child runs have for themselves.

    Raises:
        RouteError: `too_wide`, when the steps are larger than a hop may be.
    """
    decision, plan = hop.decision, hop.decision.plan
    sent = hop.sent()
    if plan.action == "dispatch" and join_end(plan, hop.ordered()):
        sent = ()
    if plan.action == "escalate":
        sent = sent[:1]  # reminders are sent when they are due
    inline = min(LARGEST_INPUT, LARGEST_ROUTE // 2 // max(len(sent), 1))
    steps = [
        step_to_wire(
            step,
            by_reference=by_reference,
            inline=inline,
            process=processes.get(step.child_policy or "", PROCESS),
        )
        for step in sent
    ]
    size = len(dumps(steps).encode())
    if size > LARGEST_ROUTE:
        raise RouteError(
            f"the {len(steps)} steps of the hop are {size:,} bytes, and a hop may have {LARGEST_ROUTE:,}",
            code="too_wide",
            hint="give several elements to one step by `batch`, or a part to a child run",
        )
    route: dict[str, Any] = {
        "action": plan.action,
        "steps": steps,
        **_open_join(hop),
        "reason": plan.reason,
        "policy": f"{decision.policy}@{decision.version}",
        "rules": [
            f"{hit.decision} {hit.rule}" + (f": {hit.annotation}" if hit.annotation else "") for hit in decision.rules
        ],
        "timer": NEVER,
    }
    if plan.action == "escalate":
        route |= _asking(plan)
    return {"route": route, "hop": decision.hop, "result": _result(plan)}


def _open_join(hop: Hop) -> dict[str, Any]:
    """What the join still needs of the steps that are sent. The broker counts; of a condition it asks the router."""
    plan = hop.decision.plan
    if plan.condition is not None:
        return {"join": None, "tolerate": None, "asks": True}
    settled = [hop.outcomes[step] for step in hop.decision.settled]
    ok, failed = sum(o.status == "ok" for o in settled), sum(o.status in FAILURES for o in settled)
    return {
        # One that wants more than there are is never met: it waits for all.
        "join": None if plan.join is None or plan.join > len(plan.steps) else max(plan.join - ok, 0),
        "tolerate": None if plan.tolerate is None else max(plan.tolerate - failed, 0),
        "asks": False,
    }


def timers_of(history: History, *, now: datetime) -> dict[str, str]:
    """When a hop that waits is over, and when it reminds people before."""
    return {"timer": _timer(history, now), "remind": _remind_cycle(history, now)}


def _timer(history: History, now: datetime) -> str:
    """The timer of a hop that waits for time, a signal or people; it rings at once where the hop is over already.

    A signal that came long before the wait wakes nobody any more.
    """
    assert history.last is not None
    until = wait_until(history.last)
    if hop_end(history, now=now) is not None:
        return AT_ONCE
    return NEVER if until is None else f"PT{seconds_between(now, until):f}S"


def held_variables(pause: Pause, until: datetime | None, *, hop: int, now: datetime) -> dict[str, Any]:
    """The variables for a run that a pause holds: it waits to be woken, and asks for the same hop then."""
    left = None if until is None else max(seconds_between(now, until), Decimal(0))
    route = _nothing("wait") | {"timer": NEVER if left is None else f"PT{left:f}S", "reason": str(pause)}
    return {"route": route, "hop": hop, "result": None}


def ended_variables(status: str, result: Any, *, hop: int) -> dict[str, Any]:
    """The variables for a run that ended before: its process ends at once, with the stored result."""
    route = _nothing("complete" if status == "completed" else "fail")
    return {"route": route, "hop": hop, "result": {"status": status, "result": result}}


def _nothing(action: str) -> dict[str, Any]:
    """A route that sends nothing."""
    return {"action": action, "steps": [], "join": None, "tolerate": None, "asks": False, "timer": NEVER}


def _result(plan: Plan) -> dict[str, Any] | None:
    status = ENDS.get(plan.action)
    if status is None:
        return None
    return {"status": status, "result": plan.result, "reason": plan.reason}


def step_to_wire(
    step: PlannedStep, *, by_reference: bool, inline: int = LARGEST_INPUT, process: str = PROCESS
) -> dict[str, Any]:
    """The variable `step` of an agent's job; an input of more than `inline` bytes goes by reference.

    `process` is where a child run goes.
    """
    wire: dict[str, Any] = {
        "id": step.id,
        "run": step.run,
        "tenant": step.tenant,
        "agent": step.agent,
        "type": step.type,
        "process": step.process,
        "input": step.input,
        "attempt": step.attempt,
        "retries": step.retries,
        "timeout": step.timeout,
        "deadline": step.deadline.isoformat() if step.deadline else None,
        "max_cost": step.max_cost,
        "max_tokens": step.max_tokens,
        "max_output": step.max_output,
        "target": step.target,
    }
    if step.child_policy is not None:
        wire |= {"process": process, "policy": step.child_policy}
    if by_reference and len(dumps(step.input).encode()) > inline:
        wire |= {"input": None, "input_ref": step.id}
    return wire


def outcome_to_wire(outcome: Outcome, *, max_output: int, stored: bool) -> dict[str, Any]:
    """The variable `outcome` of an agent's job.

    An output that is larger than it may be travels by reference when it is stored; else the step fails, with the cause.
    """
    wire = outcome.model_dump(include={"status", "confidence", "cost", "attempt", "latency"})
    wire |= {
        name: value
        for name in ("tokens", "calls", "metrics", "proposal", "target", "queued")
        if (value := getattr(outcome, name))
    }
    if outcome.error is not None:
        wire["error"] = outcome.error.model_dump()
    if outcome.output is None:
        return wire
    size = len(dumps(outcome.output).encode())
    if size <= max_output:
        return wire | {"output": outcome.output}
    if stored:
        return wire | {"output_ref": outcome.step}
    message = f"the output is {size:,} bytes, and a step of this hop may give {max_output:,} inline"
    return wire | {"status": "failed", "error": {"kind": "too_large", "message": message}}


def _asking(plan: Plan) -> dict[str, Any]:
    """What the task of people is made of: one assignee has it, several may claim it."""
    groups, assignees = groups_of(plan), assignees_of(plan)
    return {
        "group": next(iter(groups), None),
        "groups": groups,
        "assignee": assignees[0] if len(assignees) == 1 else "",
        "users": assignees if len(assignees) > 1 else [],
        "due": plan.due,
        "form": form_id(plan.form),
        "refused": plan.refused,
    }


def form_id(form: str | None) -> str:
    """The id under which a form is deployed; without one, that of the form for any answer."""
    return f"{ANY_FORM}-{form}" if form else ANY_FORM


def arrived_outcomes(job: RouteJob, hop: Hop, catalogue: Catalogue, *, now: datetime) -> list[Outcome]:
    """The outcomes that a route job brings for the hop that just ended; those in the store go before them.

    Steps without one were cancelled by the join, or their worker said nothing.
    """
    steps, plan = hop.sent(), hop.decision.plan
    if plan.action == "escalate":
        return [] if job.answer is None else [answered(hop, job.answer, catalogue, now=now)]
    if plan.action != "dispatch":
        return []
    given = [*(job.outcomes or []), *([None] * len(steps))]
    told = [(step, raw) for step, raw in zip(steps, given, strict=False) if step.id not in hop.outcomes]
    if _may_end_early(plan) and len(steps) > 1:
        told = [(step, raw) for step, raw in told if raw is not None]
    return [arrived_outcome(step, raw) for step, raw in told]


def _may_end_early(plan: Plan) -> bool:
    """Whether steps without an outcome were cancelled by the join; whoever routes closes them, with their cost."""
    return plan.join is not None or plan.condition is not None or plan.tolerate is not None


def arrived_outcome(step: PlannedStep, raw: Mapping[str, Any] | None) -> Outcome:
    """The outcome that the process has for a step; a worker that said nothing has failed."""
    if raw is None:
        return _failed(step, "no_outcome", "the worker completed its job without the variable `outcome`")
    status = raw.get("status") or ("failed" if raw.get("error") else "ok")
    if status == "cancelled":
        return cancelled(step)
    known = {"attempt": step.attempt} | {name: raw[name] for name in _BACK if raw.get(name) is not None}
    if status == "ok":
        known.setdefault("cost", None)  # a worker that says nothing of its cost leaves it unknown
    ours = {"step": step.id, "agent": step.agent, "status": status, "foreign": True}
    if status == "timeout":
        ours["cut"] = step.cut
    try:
        return Outcome.model_validate(known | ours)
    except ValidationError as error:
        problem = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in problem["loc"])
        return _failed(step, "schema_output", f"the variable `outcome`: {place}: {problem['msg']}")


_BACK: Sequence[str] = (
    *("output", "confidence", "cost", "tokens", "calls", "metrics", "proposal"),
    *("error", "latency", "queued", "attempt", "target"),
)


def _failed(step: PlannedStep, kind: str, message: str) -> Outcome:
    return Outcome(step=step.id, agent=step.agent, status="failed", error=StepError(kind=kind, message=message))
