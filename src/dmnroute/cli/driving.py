"""Drive runs on from the command line: a run, then the runs that wait for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

from dmnroute.cli.streams import note
from dmnroute.cli.views.progress import ProgressLines
from dmnroute.cli.views.rest import tell_rest
from dmnroute.errors import OperatorError, did_you_mean

if TYPE_CHECKING:
    from dmnroute.app import App
    from dmnroute.cli.session import Session
    from dmnroute.router.engine import Engine
    from dmnroute.routing.history import History
    from dmnroute.routing.ports.store import Store
    from dmnroute.routing.records.run import RunState

ROUTER_PATIENCE = 5.0
"""Seconds that a router on Zeebe has to answer before it is said that none does."""

MANY = 10_000
"""Latest runs among which a mistyped id is looked for."""


async def find_run(store: Store, run: str) -> RunState:
    """Where the run stands; the key of its process instance on Zeebe names it, too.

    Raises:
        OperatorError: `unknown_run`, with the id that was meant where one is near.
    """
    state = await store.state(run)
    if state is not None:
        return state
    latest = await store.states(limit=MANY)
    bound = next((other for other in latest if other.run.process_instance == run), None)
    if bound is not None:
        return bound
    raise OperatorError(
        f"unknown run `{run}`{did_you_mean(run, [other.run.id for other in latest])}",
        code="unknown_run",
        hint="`dmnroute runs` lists them",
    )


async def with_history(store: Store, run: str) -> tuple[RunState, History]:
    """Where the run stands, and everything that happened in it."""
    state = await find_run(store, run)
    history = await store.history(state.run.id)
    assert history is not None
    return state, history


def parent_of(state: RunState) -> str | None:
    """The run whose step this run is."""
    return state.run.parent.rpartition("/")[0] if state.run.parent else None


async def drive_on(app: App, run: str, *, patient: bool = False) -> None:
    """Drive a run, then its parent, and so on up: each may have waited for the one below it."""
    following: str | None = run
    while following is not None:
        async with _telling_what_is_missing(app, following):
            await app.drive(following, patient=patient)
        state = await app.store.state(following)
        following = parent_of(state) if state else None


@asynccontextmanager
async def _telling_what_is_missing(app: App, run: str) -> AsyncIterator[None]:
    """On Zeebe others have to work: say so when the body takes long, and nobody does."""
    telling = asyncio.create_task(_tell_of_no_router(app, run))
    try:
        yield
    finally:
        telling.cancel()
        with suppress(asyncio.CancelledError):
            await telling


async def _tell_of_no_router(app: App, run: str) -> None:
    await asyncio.sleep(ROUTER_PATIENCE)
    state = await app.store.state(run)
    if state is not None and app.engine_of(state) is not app.local and state.run.process_instance is None:
        note(
            f"run `{run}` waits for a router: `dmnroute router` starts one;"
            " it has to have the same store, as DMNROUTE_STORE says it"
        )


async def go_on(session: Session, run: str, *, as_json: bool, drive: bool, act: Act) -> int:
    """Do something with an open run, drive it on, and tell where it came to rest."""
    async with session.opened(ProgressLines(quiet=as_json), as_json=as_json) as app:
        found = await find_run(app.store, run)
        await act(app.engine_of(found), found.run.id)
        if drive:
            await drive_on(app, found.run.id)
        state, history = await with_history(app.store, found.run.id)
    return tell_rest(state, history, as_json=as_json)


if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from typing import TypeAlias

    Act: TypeAlias = Callable[[Engine, str], Awaitable[object]]
