"""The steps of a hop as they are sent to agents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from dmnroute.errors import RouteError
from dmnroute.routing import columns
from dmnroute.routing.allowances import agent_reserve, child_reserve, portion, whole_parts
from dmnroute.routing.catalogue import AgentSpec
from dmnroute.routing.columns import Row
from dmnroute.routing.drafts import Draft, branch_keys
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
            hint="the column `batch` gives several elements of `for_each` to one step,"
            " or to one child run (`run:<policy>`)",
        )
    parts, keys = _parts(drafts, situation), branch_keys(drafts, situation.run)
    return tuple(
        _step(draft, situation, hop, index, width, key=key, part=part)
        for index, (draft, key, part) in enumerate(zip(drafts, keys, parts, strict=True), 1)
    )


@dataclass(frozen=True, slots=True)
class _Part:
    """What a step may use of what is left; null is without a limit."""

    cost: Decimal | None
    tokens: int | None
    calls: int | None


def _parts(drafts: Sequence[Draft], situation: Situation) -> list[_Part]:
    left, shares = situation.left, [columns.share(draft.row) for draft in drafts]
    costs = situation.allowances(
        [
            _least(columns.money(draft.row, "max_cost"), portion(share, left.cost))
            for draft, share in zip(drafts, shares, strict=True)
        ]
    )
    return list(map(_Part, costs, whole_parts(shares, left.tokens), whole_parts(shares, left.calls)))


def _least(*costs: Decimal | None) -> Decimal | None:
    return min((cost for cost in costs if cost is not None), default=None)


def _step(
    draft: Draft, situation: Situation, hop: HopTime, index: int, width: int, *, key: str | None, part: _Part
) -> PlannedStep:
    row, run = draft.row, situation.run
    spec = situation.catalogue.agents.get(draft.agent)
    given = _input(draft, spec, situation)
    return PlannedStep(
        id=f"{run.id}/{situation.hop}.{index}",
        run=run.id,
        tenant=run.tenant,
        agent=draft.name,
        type=f"agent.{draft.agent}" if spec else draft.agent,
        process=draft.agent.removeprefix(PROCESS) if draft.agent.startswith(PROCESS) else None,
        input=given,
        retries=columns.whole(row, "retries", lowest=0) or 0,
        backoff=columns.some_seconds(row, "backoff"),
        **situation.times(_timeout(row, spec), hop),
        slo=_slo(draft, situation),
        max_cost=part.cost,
        max_output=min(LARGEST_OUTPUT, LARGEST_HOP // width),
        max_tokens=part.tokens,
        # An agent is one call; a child run gets its part of those that are left.
        max_calls=part.calls if draft.agent.startswith(CHILD_RUN) else None,
        reserve=_reserve(draft, spec, situation, part.cost),
        reserve_tokens=situation.estimate(draft.agent).tokens,
        priority=columns.whole(row, "priority", lowest=0) or 0,
        # What has effects outside happens as often as it is asked for.
        reuse=spec is not None and not spec.side_effects and columns.reuse(row),
        reuse_for=columns.some_seconds(row, "reuse_for"),
        version=spec.version if spec else "",
        compensate=spec.compensate if spec else None,
        before=guards_of(row, run.guards, situation.catalogue, "before"),
        after=guards_of(row, run.guards, situation.catalogue, "after"),
        branch=key,
        share=columns.share(row),
        target=spec.target.of(given) if spec and spec.target else None,
    )


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
