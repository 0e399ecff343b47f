"""`dmnroute dead-letters`"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from dmnroute.cli import streams
from dmnroute.cli.options import AsJson
from dmnroute.cli.session import Session, session_of, wait_for

if TYPE_CHECKING:
    from dmnroute.routing.records.run import RunState


def dead_letters(
    context: typer.Context,
    policy: Annotated[str | None, typer.Option("--policy", metavar="POLICY", help="Only runs of this policy.")] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="So many at most, the latest first.")] = 20,
    as_json: AsJson = False,
) -> None:
    """List runs that failed or stand still, with the reason.

    Each has the way on beside it; runs that somebody has redriven aren't listed.

    \b
    Example:
      dmnroute dead-letters --policy intake
    """
    wait_for(_dead_letters(session_of(context), policy, limit=limit, as_json=as_json))


async def _dead_letters(session: Session, policy: str | None, *, limit: int, as_json: bool) -> None:
    from dmnroute.cli.dead_letters import dead_runs, reason_of
    from dmnroute.cli.views.figures import minute

    async with session.store() as store:
        states = await dead_runs(store, policy=policy, limit=limit, statuses=("failed", "stopped"))
        found = [(state, reason_of(state, await store.history(state.run.id))) for state in states]
    if as_json:
        streams.document([_document(state, reason) for state, reason in found])
    elif not found:
        streams.say("no dead letters")
    else:
        rows = [(state.run.id, state.status, minute(state.updated), reason, _way_on(state)) for state, reason in found]
        streams.table(("run", "status", "since (UTC)", "reason", "way on"), rows)


def _document(state: RunState, reason: str) -> dict[str, Any]:
    return {
        "run": state.run.id,
        "status": state.status,
        "policy": state.run.policy,
        "since": state.updated,
        "reason": reason,
        "way_on": _way_on(state),
    }


def _way_on(state: RunState) -> str:
    return f"dmnroute {'retry' if state.status == 'stopped' else 'redrive'} {state.run.id}"
