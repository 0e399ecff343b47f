"""Guards: agents that look at what goes into other agents, and at what comes out of them.

They are asked in hops of their own, which follow from the tables' decision without asking the tables again: so guards
work on every engine and for every agent. They are asked one after the other: each sees what the one before it left.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from dmnroute.errors import NOWHERE, RouteError
from dmnroute.routing.allowances import agent_reserve, equal_part
from dmnroute.routing.catalogue import AgentSpec
from dmnroute.routing.records.hop import Plan
from dmnroute.routing.records.step import PlannedStep, StepError
from dmnroute.routing.rounds import Round
from dmnroute.routing.situation import HopTime, Situation
from dmnroute.routing.verdicts import Side, Verdict


@dataclass(frozen=True, slots=True)
class _Look:
    """What a guard is asked about: a step by its slot, and what the guards so far have left of its input or output."""

    slot: int
    step: PlannedStep
    input: Mapping[str, Any]
    output: Mapping[str, Any] | None = None


def held_back(plan: Plan, situation: Situation) -> tuple[Plan, Plan | None]:
    """What is sent at once, and what guards have to see before: null when nothing has guards before it.

    Raises:
        RouteError: `invalid_input`, when a guard needs what nothing gives.
    """
    looks = [_Look(slot, step, step.input) for slot, step in enumerate(plan.steps, 1) if step.before]
    if plan.action != "dispatch" or not looks:
        return plan, None
    # The time of a step begins when it is sent.
    steps = tuple(step.model_copy(update={"deadline": None}) for step in plan.steps)
    return _asking("before", 0, looks, situation), plan.model_copy(update={"steps": steps})


def next_guards_before(latest: Round, situation: Situation) -> Plan | None:
    """The plan that asks the next guards about steps that aren't sent yet; null when all have spoken."""
    if latest.work is not None:
        return None
    asked = len(latest.asking("before"))
    looks = [
        _Look(slot, step, _input_so_far(latest, slot))
        for slot, step in enumerate(latest.wanted, 1)
        if len(step.before) > asked and _refusal(latest, slot) is None
    ]
    return _asking("before", asked, looks, situation) if looks else None


def guarded(latest: Round, situation: Situation) -> Plan | None:
    """The plan that sends what the guards have let through; null when it was sent already."""
    held = latest.hops[0].decision.held
    if held is None or latest.work is not None:
        return None
    allowed = situation.allowances([step.max_cost for step in held.steps])
    steps = tuple(
        _sent(step, slot, latest, situation, max_cost=cost)
        for slot, (step, cost) in enumerate(zip(held.steps, allowed, strict=True), 1)
    )
    return held.model_copy(update={"steps": steps})


def next_guards_after(latest: Round, situation: Situation) -> Plan | None:
    """The plan that asks the next guards about outputs; null when all have spoken."""
    if latest.work is None:
        return None
    asked = len(latest.asking("after"))
    looks = [
        _Look(slot, step, step.input, output)
        for slot, step in enumerate(latest.work.decision.plan.steps, 1)
        if len(step.after) > asked and (output := _output_so_far(latest, slot)) is not None
    ]
    return _asking("after", asked, looks, situation) if looks else None


def _refusal(latest: Round, slot: int) -> StepError | None:
    """Why a step isn't sent."""
    return next((error for v in latest.verdicts_on(slot, "before") if (error := v.error())), None)


def _too_late(held: Plan, situation: Situation) -> StepError | None:
    """A hop that ends with the run's SLO isn't begun after its breach, which came while guards were asked."""
    if not held.until_slo or situation.slo_left is not None:
        return None
    return StepError(kind="cancelled", message="the run's SLO was breached before it was sent")


def _input_so_far(latest: Round, slot: int) -> dict[str, Any]:
    return _through(latest.verdicts_on(slot, "before"), latest.wanted[slot - 1].input)


def _output_so_far(latest: Round, slot: int) -> dict[str, Any] | None:
    """Null when there is none, or a guard has stopped it."""
    outcome = latest.worked(slot)
    verdicts = latest.verdicts_on(slot, "after")
    if outcome is None or outcome.status != "ok" or any(verdict.error() for verdict in verdicts):
        return None
    return _through(verdicts, outcome.output or {})


def _through(verdicts: Sequence[Verdict], value: Mapping[str, Any]) -> dict[str, Any]:
    left = dict(value)
    for verdict in verdicts:
        left = verdict.through(left)
    return left


def _sent(
    step: PlannedStep, slot: int, latest: Round, situation: Situation, *, max_cost: Decimal | None
) -> PlannedStep:
    """A step that was held back, as it goes to its agent now."""
    held = latest.hops[0].decision.intended
    times = situation.times(step.uncut or step.timeout, HopTime(held.hop_timeout, held.until_slo))
    return step.model_copy(
        update=times
        | {
            "id": f"{step.run}/{situation.hop}.{slot}",
            "input": _input_so_far(latest, slot),
            "refused": _refusal(latest, slot) or _too_late(held, situation),
            "slo": None if step.slo is None else situation.slo_left or Decimal(0),
            "max_cost": max_cost,
            "max_tokens": _tokens(step, situation, len(latest.wanted)),
        }
    )


def _tokens(step: PlannedStep, situation: Situation, width: int) -> int | None:
    """Its share, where it has one, of what the guards have left; else an equal part."""
    left = situation.left.tokens
    if step.share is None or left is None:
        return equal_part(left, width)
    return min(step.max_tokens or 0, left)


def _asking(side: Side, asked: int, looks: Sequence[_Look], situation: Situation) -> Plan:
    """A hop in which each step's next guard looks at it."""
    parts = situation.allowances([None for _ in looks])
    steps = tuple(
        _guard_step(side, asked, look, situation, index, max_cost=part, width=len(looks))
        for index, (look, part) in enumerate(zip(looks, parts, strict=True), 1)
    )
    agents = ", ".join(dict.fromkeys(f"`{look.step.agent}`" for look in looks))
    return Plan(action="dispatch", steps=steps, reason=f"guards {side} {agents}")


def _guard_step(
    side: Side, asked: int, look: _Look, situation: Situation, index: int, *, max_cost: Decimal | None, width: int
) -> PlannedStep:
    run, name = situation.run, getattr(look.step, side)[asked]
    spec = situation.catalogue.agents.get(name)
    if spec is None:
        raise RouteError(f"guard `{name}` isn't there any more", code="unknown_agent")
    timeout = situation.at_most(spec.timeout)
    return PlannedStep(
        id=f"{run.id}/{situation.hop}.{index}",
        run=run.id,
        tenant=run.tenant,
        agent=name,
        type=f"agent.{name}",
        input=_guard_input(spec, side, look, situation),
        timeout=timeout,
        deadline=situation.after(timeout),
        max_cost=max_cost,
        max_tokens=equal_part(situation.left.tokens, width),
        reserve=agent_reserve(spec, situation.estimate(name), run.limits),
        reserve_tokens=situation.estimate(name).tokens,
        priority=look.step.priority,
        version=spec.version,
        slot=look.slot,
    )


def _guard_input(spec: AgentSpec, side: Side, look: _Look, situation: Situation) -> dict[str, Any]:
    """The fields of the guard's input, by name: what it looks at as a whole, its fields, facts, `run.input`."""
    whole = {"agent": look.step.agent, "side": side, "input": dict(look.input)}
    if look.output is not None:
        whole["output"] = dict(look.output)
    sources = (whole, look.output or {}, look.input, situation.facts, situation.run.input)
    filled = {
        name: source[name] for source in reversed(sources) for name in spec.fields if source.get(name) is not None
    }
    missing = sorted(spec.required - filled.keys())
    if missing:
        raise RouteError(
            f"guard `{spec.name}` needs {', '.join(f'`{name}`' for name in missing)}, and nothing gives it",
            code="invalid_input",
            place=NOWHERE,
            hint="a guard is given `agent`, `side`, `input` and (after) `output`, their fields, the facts, `run.input`",
        )
    return filled
