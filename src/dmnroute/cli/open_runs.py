"""Which open runs can be gone on with, and why the others can't."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dmnroute.cli.driving import find_run, parent_of
from dmnroute.local.owner import gone_owners
from dmnroute.routing.pauses import Pause, pause_of
from dmnroute.routing.progress import hop_end, wait_until
from dmnroute.routing.records.run import ENDED, RunState, RunStatus
from dmnroute.routing.reminders import due_reminders

if TYPE_CHECKING:
    from dmnroute.app import App

OPEN: tuple[RunStatus, ...] = ("running", "waiting", "escalated", "stopped")


@dataclass(slots=True)
class Looked:
    """What is to be done with each open run."""

    to_drive: list[str] = field(default_factory=list)
    left: dict[str, str] = field(default_factory=dict)
    """Run → why it is left alone."""
    unwanted: list[str] = field(default_factory=list)
    """Children whose outcome nobody waits for any more."""


async def look(app: App, names: Sequence[str] = ()) -> Looked:
    """Sort the open runs, or the runs named; a child is driven by its parent where that goes on itself."""
    states = [await find_run(app.store, name) for name in names] or await app.store.states(statuses=OPEN)
    looked = Looked()
    for state in sorted(states, key=lambda state: (state.run.started, state.run.id)):
        if await _is_unwanted(app, state):
            looked.unwanted.append(state.run.id)
            continue
        top = await _top(app, state)
        reason = await _reason_to_leave(app, state) or await _reason_to_leave(app, top)
        if reason:
            looked.left[state.run.id] = reason
        elif top.run.id not in looked.to_drive:
            looked.to_drive.append(top.run.id)
    return looked


async def _is_unwanted(app: App, state: RunState) -> bool:
    """Whether the step that this child runs for has an outcome, or its parent has ended."""
    parent = parent_of(state)
    if parent is None or state.status in ENDED:
        return False
    above, history = await app.store.state(parent), await app.store.history(parent)
    if above is None or history is None or above.status in ENDED:
        return True
    return any(outcome.step == state.run.parent for outcome in history.outcomes())


async def _reason_to_leave(app: App, state: RunState) -> str | None:
    now, run = app.router.clock.now(), state.run.id
    if state.status in ENDED:
        return f"it has ended ({state.status})"
    if state.run.process_instance is not None:
        return f"process instance {state.run.process_instance} on Zeebe drives it"
    if state.owner and state.lease_until and state.lease_until > now and not gone_owners([state.owner]):
        return f"{state.owner} drives it"
    pause = pause_of(state, await app.store.pauses())
    if pause is not None:
        return f"{pause}; `dmnroute resume{_lifting(pause)}` lifts it"
    if state.status == "stopped":
        code = f" ({state.stop.code})" if state.stop else ""
        return f"it is stopped{code}; `dmnroute retry {run}` goes on once the policy is corrected"
    if state.status == "escalated":
        history = await app.store.history(run)
        until = wait_until(history.last) if history and history.last else None
        answered = bool(history and hop_end(history, now=now))
        to_remind = bool(history and due_reminders(history, now=now))
        if not answered and not to_remind and (until is None or until > now):
            return f"it waits for an answer; `dmnroute answer {run} --input …` gives it"
    return None


def _lifting(pause: Pause) -> str:
    """The words behind `dmnroute resume` that lift a pause."""
    option = "" if pause.scope == "run" else f" --{pause.scope}"
    return f"{option} {pause.name}".rstrip()


async def _top(app: App, state: RunState) -> RunState:
    """The run whose driving drives this one, too: the topmost of its parents that waits for a child."""
    while (parent := parent_of(state)) is not None:
        above = await app.store.state(parent)
        if above is None or above.status != "running":
            break
        state = above
    return state
