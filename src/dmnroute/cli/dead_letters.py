"""Runs that failed or stand still, and that nobody has redriven yet."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from dmnroute.routing.records.run import RunState, RunStatus

if TYPE_CHECKING:
    from dmnroute.routing.history import History
    from dmnroute.routing.ports.store import Store

FAILED: tuple[RunStatus, ...] = ("failed",)


async def dead_runs(
    store: Store,
    *,
    policy: str | None = None,
    tags: dict[str, str] | None = None,
    limit: int | None = None,
    statuses: Collection[RunStatus] = FAILED,
) -> list[RunState]:
    """Without children, which are their parents' concern; the latest started first."""
    found = await store.states(statuses=statuses, policy=policy, tags=tags or None)
    redriven = {state.run.origin.run for state in await store.states(policy=policy) if state.run.origin}
    dead = [state for state in found if state.run.parent is None and state.run.id not in redriven]
    return dead[:limit]


def reason_of(state: RunState, history: History | None) -> str:
    """Why the run is dead, in a line: what stopped it, what its policy said, or which steps went wrong last."""
    if state.stop is not None:
        return f"{state.stop.code}: {state.stop.message.splitlines()[0]}"
    if history is None or history.last is None:
        return "it has no hop"
    reason = history.last.decision.plan.reason
    if reason:
        return reason
    wrong = [outcome for hop in history.hops[-2:] for outcome in hop.ordered() if outcome.error is not None]
    return "; ".join(f"{each.agent}: {each.error.kind}" for each in wrong if each.error) or "its policy ended it"
