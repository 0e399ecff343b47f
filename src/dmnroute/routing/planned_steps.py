"""The steps of a hop as they are sent to agents."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from dmnroute.errors import RouteError
from dmnroute.routing import columns
from dmnroute.routing.allowances import agent_reserve, allowances, child_reserve, share
from dmnroute.routing.catalogue import AgentSpec
from dmnroute.routing.columns import Row
from dmnroute.routing.drafts import Draft
from dmnroute.routing.guard_names import guards_of
from dmnroute.routing.inputs import agent_input, child_input
from dmnroute.routing.records.step import CHILD_RUN, PROCESS, PlannedStep
from dmnroute.routing.situation import HopTime, Situation

CHILD_TIMEOUT = Decimal(3600)
"""Seconds that a child may take when neither its row nor the run's deadline says otherwise."""
LARGEST_OUTPUT = 65_536
"""Bytes of one inline output."""
LARGEST_HOP = 1_000_000
"""Bytes of all inline outputs of a hop together."""


def planned_steps(drafts: Sequence[Draft], situation: Situation, hop: HopTime) -> tuple[PlannedStep, ...]:
    """The steps that the drafts become, with their part of what is left of the run's limits.

    Raises:
        RouteError: `too_wide`, `wrong_type`, `invalid_input` or `no_guard`.
    """
    width = len(drafts)
    if width > situation.run.limits.width:
        raise RouteError(
            f"the hop has {width} steps, and a hop of this run may have {situation.run.limits.width}",
            code="too_wide",
            place=drafts[0].row.place,
            hint="the column `batch` gives several elements of `for_each` to one step",
        )
    allowed = allowances([columns.money(draft.row, "max_cost") for draft in drafts], situation.left.cost)
    return tuple(
        _step(draft, situation, hop, index, width, allowance=allowance)
        for index, (draft, allowance) in enumerate(zip(drafts, allowed, strict=True), 1)
    )


def _step(
    draft: Draft, situation: Situation, hop: HopTime, index: int, width: int, *, allowance: Decimal | None
) -> PlannedStep:
    row, run = draft.row, situation.run
    spec = situation.catalogue.agents.get(draft.agent)
    given = _input(draft, spec, situation)
    return PlannedStep(
        id=f"{run.id}/{situation.hop}.{index}",
        run=run.id,
        tenant=run.tenant,
        agent=_name(draft),
        type=f"agent.{draft.agent}" if spec else draft.agent,
        process=draft.agent.removeprefix(PROCESS) if draft.agent.startswith(PROCESS) else None,
        input=given,
        retries=columns.whole(row, "retries", lowest=0) or 0,
        backoff=columns.some_seconds(row, "backoff"),
        **situation.times(_timeout(row, spec), hop),
        slo=_slo(draft, situation),
        max_cost=allowance,
        max_output=min(LARGEST_OUTPUT, LARGEST_HOP // width),
        max_tokens=share(situation.left.tokens, width),
        max_calls=_max_calls(draft, situation, width),
        reserve=_reserve(draft, spec, situation, allowance),
        reserve_tokens=situation.estimate(draft.agent).tokens,
        priority=columns.whole(row, "priority", lowest=0) or 0,
        # What has effects outside happens as often as it is asked for.
        reuse=spec is not None and not spec.side_effects and columns.reuse(row),
        reuse_for=columns.some_seconds(row, "reuse_for"),
        version=spec.version if spec else "",
        compensate=spec.compensate if spec else None,
        before=guards_of(row, run.guards, situation.catalogue, "before"),
        after=guards_of(row, run.guards, situation.catalogue, "after"),
        target=spec.target.of(given) if spec and spec.target else None,
    )


def _name(draft: Draft) -> str:
    """The name of the outcome in `steps`: `as`, the agent's name, or the child's without its prefix."""
    return columns.name(draft.row, "as") or draft.agent.removeprefix(CHILD_RUN).removeprefix(PROCESS)


def _input(draft: Draft, spec: AgentSpec | None, situation: Situation) -> dict[str, Any]:
    run_input = situation.run.input
    if spec is None:
        return child_input(draft.row, draft.element, run_input=run_input)
    return agent_input(spec, draft.row, draft.element, facts=situation.facts, run_input=run_input)


def _timeout(row: Row, spec: AgentSpec | None) -> Decimal:
    """The row's, else the agent's, in seconds."""
    return columns.some_seconds(row, "timeout") or (spec.timeout if spec else CHILD_TIMEOUT)


def _slo(draft: Draft, situation: Situation) -> Decimal | None:
    """A child run has what is left until its parent's SLO is breached."""
    if situation.run.limits.slo is None or not draft.agent.startswith(CHILD_RUN):
        return None
    return situation.slo_left or Decimal(0)


def _reserve(draft: Draft, spec: AgentSpec | None, situation: Situation, allowance: Decimal | None) -> Decimal | None:
    max_cost = columns.money(draft.row, "max_cost")
    if spec is not None:
        return agent_reserve(
            spec, situation.estimate(spec.name), situation.run.limits, max_cost=max_cost, allowance=allowance
        )
    if draft.agent.startswith(PROCESS) and max_cost is None:
        return situation.run.limits.unknown_cost
    return child_reserve(max_cost, allowance)


def _max_calls(draft: Draft, situation: Situation, width: int) -> int | None:
    """An agent is one call; a child run gets its part of those that are left."""
    return share(situation.left.calls, width) if draft.agent.startswith(CHILD_RUN) else None
