"""The runs that a mistake in a policy has stopped: a better version lets them go on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

from dmnroute.cli import streams
from dmnroute.errors import OperatorError

if TYPE_CHECKING:
    from dmnroute.app import App
    from dmnroute.cli.session import Session
    from dmnroute.routing.ports.store import Store
    from dmnroute.routing.records.run import RunState

GONE = frozenset({"not_stopped", "instance_gone"})
"""Why a run that was stopped a moment ago can't be retried: somebody else was faster."""

RetryStopped: TypeAlias = Annotated[
    bool, typer.Option("--retry", help="Let runs go on that a mistake in the policy stopped.")
]


@dataclass(frozen=True, slots=True)
class Offered:
    """The runs that a policy has stopped."""

    stopped: tuple[str, ...] = ()
    retried: tuple[str, ...] = ()
    """Those that go on now."""

    def document(self) -> dict[str, Any]:
        return {"stopped": list(self.stopped), "retried": list(self.retried)}


async def stopped_runs(store: Store, policy: str) -> list[RunState]:
    """The runs that stand still because of a mistake in a policy: a better version lets them go on."""
    stopped = await store.states(statuses=["stopped"])
    return [state for state in stopped if state.stop is not None and state.stop.policy == policy]


async def offer_retry(session: Session, store: Store, policy: str, *, retry: bool, as_json: bool) -> Offered:
    """The runs that a policy has stopped; they go on with `retry`, or when whoever is at the terminal says so.

    Those of the local engine have to be driven then.
    """
    runs = [state.run.id for state in await stopped_runs(store, policy)]
    if runs and not retry and not as_json and streams.can_ask():
        retry = typer.confirm(f"{policy} has stopped {_first(runs)}: let them go on?", default=True, err=True)
    retried: list[str] = []
    if runs and retry:
        async with session.opened(as_json=as_json) as app:
            for state in await stopped_runs(store, policy):
                if await _goes_on(app, state):
                    retried.append(state.run.id)
    return Offered(tuple(runs), tuple(retried))


async def _goes_on(app: App, state: RunState) -> bool:
    """False when somebody else was faster."""
    try:
        await app.engine_of(state).retry(state.run.id)
    except OperatorError as error:
        if error.code not in GONE:
            raise
        return False
    return True


def _first(runs: Sequence[str]) -> str:
    return ", ".join(runs[:3]) + (f" and {len(runs) - 3} more" if len(runs) > 3 else "")


def tell_offered(offered: Offered) -> None:
    """Which runs were stopped, and what to do about it."""
    if not offered.stopped:
        return
    if offered.retried:
        streams.say(f"  let go on: {_first(offered.retried)}; `dmnroute resume` drives those of the local engine")
    else:
        streams.say(f"  stopped by this policy: {_first(offered.stopped)}; `--retry` lets them go on")
