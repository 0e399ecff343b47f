"""Read the rows of the `Route` decision as the plan of a hop."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dmnroute.errors import Place
from dmnroute.feel.dialect import DialectName
from dmnroute.routing.collecting import check_collect
from dmnroute.routing.columns import HOP_COLUMNS, Row
from dmnroute.routing.drafts import drafts_of
from dmnroute.routing.hop_columns import action_of, agreed
from dmnroute.routing.join_columns import join_of
from dmnroute.routing.people import asking
from dmnroute.routing.planned_steps import planned_steps
from dmnroute.routing.records.hop import Plan
from dmnroute.routing.situation import HopTime, Situation
from dmnroute.routing.waits import longest_wait, refuse_endless_wait


def read_plan(rows: Sequence[Row], situation: Situation, *, dialect: DialectName, place: Place) -> Plan:
    """The plan that the matched rows make together; `dialect` is that of the policy's FEEL.

    Raises:
        RouteError: `route_conflict`, `empty_route`, `wrong_type`, `unknown_agent`, `unknown_column`,
            `invalid_input`, `join_condition`, `endless_wait`, `unknown_form`, `too_wide`, `too_deep` or `no_guard`.
    """
    hop = {name: agreed(rows, name) for name in HOP_COLUMNS}
    drafts = [draft for row in rows for draft in drafts_of(row, situation, pick=hop["pick"])]
    action = action_of(rows, hop["action"], place=place)
    time = HopTime(hop["hop_timeout"], bool(hop["until_slo"]) and situation.slo_left is not None)
    wait, cut = None, None
    if action == "wait":
        refuse_endless_wait(rows, hop, time)
    if action in ("wait", "escalate"):
        wait, cut = situation.allotted(longest_wait(hop, now=situation.now), time)
    if action == "dispatch":
        steps = planned_steps(drafts, situation, time)
    elif action == "escalate":
        steps = asking(rows, hop, situation, wait=wait, cut=cut)
    else:
        steps = ()
    check_collect(hop["collect"], rows[0], [situation.catalogue.agents.get(draft.agent) for draft in drafts])
    join = join_of(rows, hop, width=len(steps), dialect=dialect)
    return Plan(
        action=action,
        steps=steps,
        join=join.needed,
        condition=join.condition,
        tolerate=join.tolerate,
        collect=hop["collect"] if steps and action == "dispatch" else None,
        wait=wait,
        hop_timeout=time.timeout,
        until_slo=time.until_slo,
        cut=cut,
        signal=hop["signal"],
        group=hop["group"],
        form=hop["form"],
        assignee=hop["assignee"],
        due=hop["due"].isoformat() if hop["due"] else None,
        result=_result(action, hop["result"], situation),
        reason=hop["reason"],
        on_input=hop["on_input"],
        compensate=action == "fail" and bool(hop["compensate"]),
    )


def _result(action: str, result: Any, situation: Situation) -> Any:
    if action == "complete" and result is None:
        return dict(situation.facts)
    return result if action in ("complete", "fail") else None
