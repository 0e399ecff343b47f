"""Read the rows of the `Route` decision as the plan of a hop."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from dmnroute.errors import Place, RouteError, did_you_mean
from dmnroute.feel.dialect import DialectName
from dmnroute.routing import columns
from dmnroute.routing.allowances import NO_ESTIMATE, agent_reserve, allowances, child_reserve, share
from dmnroute.routing.amounts import Amounts
from dmnroute.routing.branches import elements_of
from dmnroute.routing.catalogue import AgentSpec, Catalogue
from dmnroute.routing.columns import HOP_COLUMNS, Row
from dmnroute.routing.guard_names import guards_of
from dmnroute.routing.hop_columns import action_of, agreed
from dmnroute.routing.inputs import agent_input, child_input, parameters
from dmnroute.routing.join_columns import join_of
from dmnroute.routing.people import asking
from dmnroute.routing.records.hop import Plan
from dmnroute.routing.records.run import Run
from dmnroute.routing.records.step import CHILD_RUN, PROCESS, Estimate, PlannedStep
from dmnroute.routing.waits import longest_wait, refuse_endless_wait

CHILD_TIMEOUT = Decimal(3600)
"""Seconds that a child may take when neither its row nor the run's deadline says otherwise."""
LARGEST_OUTPUT = 65_536
"""Bytes of one inline output."""
LARGEST_HOP = 1_000_000
"""Bytes of all inline outputs of a hop together."""


@dataclass(frozen=True, slots=True)
class Situation:
    """What a plan is made in: the run, its facts, and what is left of its limits."""

    run: Run
    hop: int
    now: datetime
    facts: Mapping[str, Any]
    catalogue: Catalogue
    left: Amounts = field(default_factory=Amounts)
    """Of the run's limits; null where there is none."""
    time_left: Decimal | None = None
    """Seconds to the run's deadline; null when there is none."""

    estimates: Mapping[str, Estimate] = field(default_factory=dict)
    """What agents used so far, by name."""

    def estimate(self, agent: str) -> Estimate:
        """What a call of an agent uses on average, as far as it is known."""
        return self.estimates.get(agent, NO_ESTIMATE)

    def at_most(self, seconds: Decimal | None) -> Decimal | None:
        """So many seconds, but never past the run's deadline; null is as long as it may take."""
        return min((each for each in (seconds, self.time_left) if each is not None), default=None)

    def after(self, seconds: Decimal | None) -> datetime | None:
        """The time in so many seconds; null when they never end."""
        return None if seconds is None else self.now + timedelta(microseconds=int(seconds * 1_000_000))


def read_plan(rows: Sequence[Row], situation: Situation, *, dialect: DialectName, place: Place) -> Plan:
    """The plan that the matched rows make together; `dialect` is that of the policy's FEEL.

    Raises:
        RouteError: `route_conflict`, `empty_route`, `wrong_type`, `unknown_agent`, `unknown_column`,
            `invalid_input`, `join_condition`, `endless_wait`, `unknown_form`, `too_wide`, `too_deep` or `no_guard`.
    """
    hop = {name: agreed(rows, name) for name in HOP_COLUMNS}
    drafts = [draft for row in rows for draft in _drafts(row, situation, pick=hop["pick"])]
    action = action_of(rows, hop["action"], place=place)
    if action == "wait":
        refuse_endless_wait(rows, hop)
    wait = None
    if action in ("wait", "escalate"):
        wait = situation.at_most(longest_wait(hop, now=situation.now))
    if action == "dispatch":
        steps = _steps(drafts, situation)
    elif action == "escalate":
        steps = asking(rows, hop, situation, wait=wait)
    else:
        steps = ()
    join = join_of(rows, hop, width=len(steps), dialect=dialect)
    return Plan(
        action=action,
        steps=steps,
        join=join.needed,
        condition=join.condition,
        tolerate=join.tolerate,
        wait=wait,
        signal=hop["signal"],
        group=hop["group"],
        form=hop["form"],
        assignee=hop["assignee"],
        due=hop["due"].isoformat() if hop["due"] else None,
        result=_result(action, hop["result"], situation),
        reason=hop["reason"],
        compensate=action == "fail" and bool(hop["compensate"]),
    )


def _result(action: str, result: Any, situation: Situation) -> Any:
    if action == "complete" and result is None:
        return dict(situation.facts)
    return result if action in ("complete", "fail") else None


@dataclass(frozen=True, slots=True)
class _Draft:
    """One step before it has an index: who, by which row, for which element."""

    row: Row
    agent: str
    element: Mapping[str, Any]


def _drafts(row: Row, situation: Situation, *, pick: str | None) -> Iterator[_Draft]:
    names = columns.agents(row)
    if pick == "first":
        names = names[:1]
    _refuse_unknown_agents(row, names, situation.catalogue)
    _refuse_deep_children(row, names, situation.run)
    _refuse_unknown_columns(row, names, situation.catalogue)
    for name in names:
        for element in elements_of(row):
            yield _Draft(row, name, element)


def _refuse_unknown_agents(row: Row, names: Sequence[str], catalogue: Catalogue) -> None:
    for name in names:
        if name in catalogue.agents or name.startswith((CHILD_RUN, PROCESS)):
            continue
        known = ", ".join(f"`{agent}`" for agent in sorted(catalogue.agents))
        raise RouteError(
            f"unknown agent `{name}`{did_you_mean(name, catalogue.agents)}",
            code="unknown_agent",
            place=row.place,
            hint=f"known agents: {known}" if known else "no agents are loaded",
        )


def _refuse_deep_children(row: Row, names: Sequence[str], run: Run) -> None:
    """A policy that calls itself must not go on for ever."""
    for name in names:
        if name.startswith(CHILD_RUN) and run.limits.depth == 0:
            raise RouteError(
                f"child run `{name}` would be nested deeper than this run may go",
                code="too_deep",
                place=row.place,
                hint="does a policy start itself? the limit `depth` says how deep children may be nested",
            )


def _refuse_unknown_columns(row: Row, names: Sequence[str], catalogue: Catalogue) -> None:
    """A parameter has to be an input field of at least one of the row's agents; children take any."""
    specs = [catalogue.agents.get(name) for name in names]
    if None in specs or not specs:
        return
    fields = frozenset[str]().union(*(spec.fields for spec in specs if spec))
    for column in sorted(parameters(row).keys() - fields):
        raise RouteError(
            f"column `{column}` is no input field of {' or '.join(f'`{n}`' for n in names)}"
            f"{did_you_mean(column, [*fields, *columns.RESERVED])}",
            code="unknown_column",
            place=row.place,
            hint=f"input fields: {', '.join(sorted(fields))}",
        )


def _steps(drafts: Sequence[_Draft], situation: Situation) -> tuple[PlannedStep, ...]:
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
        _step(draft, situation, index, width, allowance=allowance)
        for index, (draft, allowance) in enumerate(zip(drafts, allowed, strict=True), 1)
    )


def _step(draft: _Draft, situation: Situation, index: int, width: int, *, allowance: Decimal | None) -> PlannedStep:
    row, run = draft.row, situation.run
    spec = situation.catalogue.agents.get(draft.agent)
    timeout = _timeout(row, spec, situation)
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
        timeout=timeout,
        deadline=situation.after(timeout),
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


def _name(draft: _Draft) -> str:
    """The name of the outcome in `steps`: `as`, the agent's name, or the child's without its prefix."""
    return columns.name(draft.row, "as") or draft.agent.removeprefix(CHILD_RUN).removeprefix(PROCESS)


def _input(draft: _Draft, spec: AgentSpec | None, situation: Situation) -> dict[str, Any]:
    run_input = situation.run.input
    if spec is None:
        return child_input(draft.row, draft.element, run_input=run_input)
    return agent_input(spec, draft.row, draft.element, facts=situation.facts, run_input=run_input)


def _timeout(row: Row, spec: AgentSpec | None, situation: Situation) -> Decimal | None:
    """The row's, else the agent's; never past the run's deadline."""
    return situation.at_most(columns.some_seconds(row, "timeout") or (spec.timeout if spec else CHILD_TIMEOUT))


def _reserve(draft: _Draft, spec: AgentSpec | None, situation: Situation, allowance: Decimal | None) -> Decimal | None:
    max_cost = columns.money(draft.row, "max_cost")
    if spec is not None:
        return agent_reserve(
            spec, situation.estimate(spec.name), situation.run.limits, max_cost=max_cost, allowance=allowance
        )
    if draft.agent.startswith(PROCESS) and max_cost is None:
        return situation.run.limits.unknown_cost
    return child_reserve(max_cost, allowance)


def _max_calls(draft: _Draft, situation: Situation, width: int) -> int | None:
    """An agent is one call; a child run gets its part of those that are left."""
    return share(situation.left.calls, width) if draft.agent.startswith(CHILD_RUN) else None
