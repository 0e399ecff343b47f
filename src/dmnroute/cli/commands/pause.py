"""`dmnroute pause`"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from dmnroute.cli import streams
from dmnroute.cli.options import AsJson, By, Why
from dmnroute.cli.pause_scopes import Everything, OfAgent, Tenant, scopes
from dmnroute.cli.session import Session, session_of, wait_for
from dmnroute.cli.who import who_asks
from dmnroute.errors import UsageError

if TYPE_CHECKING:
    from dmnroute.app import App
    from dmnroute.routing.pauses import Pause, PauseScope, PauseTimers


def pause(
    context: typer.Context,
    runs: Annotated[list[str] | None, typer.Argument(metavar="RUN", help="Ids of runs.", show_default=False)] = None,
    tenant: Tenant = None,
    agent: OfAgent = None,
    everything: Everything = False,
    timers: Annotated[
        str | None,
        typer.Option(
            "--timers", metavar="stand|run", help="Whether waits and time limits stand still meanwhile. Default: stand."
        ),
    ] = None,
    kill: Annotated[bool, typer.Option("--kill", help="End the steps under way, too; else they go on.")] = False,
    by: By = None,
    why: Why = None,
    as_json: AsJson = False,
) -> None:
    """Hold runs, a tenant, an agent or everything, until resumed.

    What is paused takes no hop, and sends nothing. Steps under way go on, and their outcomes are kept, as are signals
    and answers; with `--kill` the steps are cancelled. A hop that needs a paused agent is held before it is decided;
    tables go round it by `agents.NAME.paused`.

    \b
    Examples:
      dmnroute pause order-17 --why "the customer calls back"
      dmnroute pause --all --why "wrong prices"
    """
    wanted = scopes(runs or [], tenant, agent, everything=everything)
    if not wanted:
        raise UsageError("name runs, or give --tenant, --agent or --all")
    if timers not in (None, "stand", "run"):
        raise UsageError(f"--timers `{timers}` is neither `stand` nor `run`", code="bad_option")
    asked = {"who": who_asks(by), "why": why}
    found = wait_for(_pause(session_of(context), wanted, asked, timers=timers, kill=kill, as_json=as_json))
    if as_json:
        streams.document([each.model_dump() | {"ended" if kill else "under_way": steps} for each, steps in found])
        return
    for each, steps in found:
        streams.say(str(each))
        if steps:
            streams.say(f"{'ended' if kill else 'under way, and going on'}: {', '.join(steps)}")


async def _pause(
    session: Session,
    wanted: list[tuple[PauseScope, str]],
    asked: dict[str, Any],
    *,
    timers: str | None,
    kill: bool,
    as_json: bool,
) -> list[tuple[Pause, list[str]]]:
    from dmnroute.cli.driving import find_run

    async with session.opened(as_json=as_json) as app:
        for scope, name in wanted:
            if scope == "run":
                await find_run(app.store, name)  # names the run that was meant
        chosen = cast("PauseTimers", timers or app.settings.pause_timers)
        pausing = app.router.pausing
        kept = [await pausing.pause(scope, name, timers=chosen, **asked) for scope, name in wanted]
        return [(pause, await _under_way(app, pause, kill=kill)) for pause in kept]


async def _under_way(app: App, pause: Pause, *, kill: bool) -> list[str]:
    """The steps under way, ended where that is wished."""
    found = await app.router.pausing.under_way(pause)
    if kill:
        for state, step in found:
            await app.engine_of(state).cancel_step(step)
    return [step for _, step in found]
