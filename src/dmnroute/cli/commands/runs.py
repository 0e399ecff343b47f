"""`dmnroute runs`"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from dmnroute.cli import streams
from dmnroute.cli.given import given_pairs
from dmnroute.cli.options import AsJson
from dmnroute.cli.session import Session, session_of, wait_for
from dmnroute.errors import UsageError, did_you_mean

if TYPE_CHECKING:
    from dmnroute.routing.pauses import Pause
    from dmnroute.routing.records.run import RunState


def runs(
    context: typer.Context,
    status: Annotated[
        list[str],
        typer.Option("--status", metavar="STATUS", help="Only these: running, waiting, stopped, …; repeatable."),
    ] = [],  # noqa: B006 (typer copies it)
    policy: Annotated[str | None, typer.Option("--policy", metavar="POLICY", help="Only runs of this policy.")] = None,
    tag: Annotated[
        list[str], typer.Option("--tag", metavar="KEY=VALUE", help="Only runs with this label; repeatable.")
    ] = [],  # noqa: B006 (typer copies it)
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="So many at most, the latest first.")] = 20,
    waiting: Annotated[
        bool, typer.Option("--waiting", help="Runs that wait: for what, of whom, since when, until when.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List runs, the latest first.

    \b
    Example:
      dmnroute runs --status stopped --status escalated
    """
    tags = given_pairs(tag, option="--tag")
    if waiting:
        if status:
            raise UsageError("--waiting goes without --status", code="bad_option", hint="it lists all runs that wait")
        wait_for(_waiting(session_of(context), policy, tags, limit=limit, as_json=as_json))
    else:
        wait_for(_runs(session_of(context), status, policy, tags, limit=limit, as_json=as_json))


async def _waiting(session: Session, policy: str | None, tags: dict[str, str], *, limit: int, as_json: bool) -> None:
    from dmnroute.cli.views.awaiting import HEADERS, row
    from dmnroute.cli.waiting_runs import waiting_runs
    from dmnroute.router.clock import SystemClock

    async with session.store() as store:
        found = await waiting_runs(store, clock=SystemClock(), policy=policy, tags=tags or None, limit=limit)
    if as_json:
        streams.document([each.model_dump() for each in found])
    elif found:
        streams.table(HEADERS, map(row, found))
    else:
        streams.say("no run waits")


async def _runs(
    session: Session, statuses: list[str], policy: str | None, tags: dict[str, str], *, limit: int, as_json: bool
) -> None:
    from typing import get_args

    from dmnroute.routing.pauses import pause_of
    from dmnroute.routing.records.run import RunStatus

    known = get_args(RunStatus)
    for status in statuses:
        if status not in known:
            message = f"unknown status `{status}`{did_you_mean(status, known)}"
            raise UsageError(message, code="unknown_status", hint=f"one of {', '.join(known)}")
    async with session.store() as store:
        found = await store.states(
            statuses=tuple(status for status in known if status in statuses) or None,
            policy=policy,
            tags=tags or None,
            limit=limit,
        )
        pauses = await store.pauses()
    rows = [(state, pause_of(state, pauses)) for state in found]
    if as_json:
        streams.document([_document(state, pause) for state, pause in rows])
    elif found:
        streams.table(
            ("run", "status", "policy", "hops", "cost", "started (UTC)", "took"),
            [_row(state, pause) for state, pause in rows],
        )
    else:
        streams.say("no runs")


def _document(state: RunState, pause: Pause | None) -> dict[str, Any]:
    return {
        "run": state.run.id,
        "status": state.status,
        "policy": state.run.policy,
        "hops": state.hop,
        "cost": state.cost,
        "started": state.run.started,
        "updated": state.updated,
        "tags": state.run.tags,
        "parent": state.run.parent,
        "owner": state.owner,
        "paused": pause.model_dump() if pause else None,
        "stop": state.stop.model_dump() if state.stop else None,
        "result": state.result,
    }


def _row(state: RunState, pause: Pause | None) -> tuple[str, ...]:
    from dmnroute.cli.views.figures import minute, money, seconds
    from dmnroute.routing.elapsed import seconds_between
    from dmnroute.routing.records.run import ENDED

    run = state.run
    status = f"{state.status} ({state.stop.code})" if state.stop else state.status
    if pause is not None and state.status not in ENDED:
        status = f"{status}, paused"
    took = seconds(seconds_between(run.started, state.updated))
    return run.id, status, run.policy, str(state.hop), money(state.cost), minute(run.started), took
