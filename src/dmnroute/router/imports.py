"""Take runs into a store that happened elsewhere: to look at, replay and fork, never to go on by themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from dmnroute.errors import OperatorError
from dmnroute.router.turn import STATUS_AFTER
from dmnroute.routing.history import History, Hop
from dmnroute.routing.policy import PolicyVersion
from dmnroute.routing.ports.store import Store
from dmnroute.routing.records.control import Control
from dmnroute.routing.records.run import ENDED, Run, RunState, Stop
from dmnroute.routing.stored_history import StoredRuns

IMPORTED = "imported"
"""The code of the stop of a run that hadn't ended where it came from."""

Versions = Mapping[tuple[str, int], int]
"""Policy and version in the file → its version in the store."""


@dataclass(frozen=True, slots=True)
class Imported:
    """A run of a file."""

    state: RunState
    is_new: bool
    """False when it was in the store already."""


async def import_runs(runs: StoredRuns, store: Store, *, at: datetime) -> list[Imported]:
    """Put the runs of a file into a store, with the versions of policies that decided them; doing it twice is once.

    A run that hadn't ended stands still here, as stopped: whoever has its agents goes on with it.

    Raises:
        OperatorError: `run_exists`, when the store has another run of that id (nothing is written then);
            `unknown_run`, when a run was forked from one that is neither in the file nor in the store.
    """
    for history in runs.histories:
        await _refuse_another(history.run, store)
    new = [history for history in runs.histories if await store.state(history.run.id) is None]
    needed = {(hop.decision.policy, hop.decision.version) for history in new for hop in history.hops}
    versions = {
        (policy.name, policy.version): await _version_in(store, policy, at=at)
        for policy in runs.policies
        if (policy.name, policy.version) in needed
    }
    return [await _imported(_with_versions(history, versions), store) for history in _origins_first(runs.histories)]


async def _imported(history: History, store: Store) -> Imported:
    is_new = await store.keep(_state(history), history)
    state = await store.state(history.run.id)
    assert state is not None
    return Imported(state, is_new)


async def _refuse_another(run: Run, store: Store) -> None:
    there = await store.state(run.id)
    if there is not None and _unbound(there.run) != _unbound(run):
        raise OperatorError(
            f"the store has another run `{run.id}`",
            code="run_exists",
            hint="import it into a store of its own: `dmnroute --store imported.db run import …`",
        )


def _unbound(run: Run) -> Run:
    return run.model_copy(update={"process_instance": None})


async def _version_in(store: Store, policy: PolicyVersion, *, at: datetime) -> int:
    """The number that a version has in this store; it is added where it isn't there."""
    there = await store.policy(policy.name, policy.version)
    if there is not None and there.digest == policy.digest:
        return policy.version
    file = policy.model.definitions.file
    return (await store.keep_policy(policy.name, file, policy.model.source, at=at)).version


def _origins_first(histories: tuple[History, ...]) -> list[History]:
    """A fork comes after the run that it was forked from, which started before it."""
    return sorted(histories, key=lambda history: (len(history.ancestors), history.run.started, history.run.id))


def _with_versions(history: History, versions: Versions) -> History:
    return replace(
        history,
        run=_unbound(history.run),
        hops=tuple(_renumbered(hop, versions) for hop in history.hops),
        controls=tuple(_of_version(control, versions) for control in history.controls),
    )


def _renumbered(hop: Hop, versions: Versions) -> Hop:
    decision = hop.decision
    version = versions.get((decision.policy, decision.version), decision.version)
    return replace(hop, decision=decision.model_copy(update={"version": version}))


def _of_version(control: Control, versions: Versions) -> Control:
    """Somebody asked for a certain version."""
    if control.kind != "policy" or control.data.get("version") is None:
        return control
    wanted = control.data["policy"], control.data["version"]
    return control.model_copy(update={"data": control.data | {"version": versions.get(wanted, wanted[1])}})


def _state(history: History) -> RunState:
    run, last = history.run, history.last
    at = last.decision.at if last else run.started
    plan = last.decision.plan if last else None
    status = STATUS_AFTER[plan.action] if plan else "running"
    stop = None if status in ENDED else _stop(history, at=at)
    return RunState(
        run=run,
        status="stopped" if stop else status,
        hop=len(history.hops),
        cost=history.spent(),
        updated=at,
        stop=stop,
        result=plan.result if plan and not stop else None,
    )


def _stop(history: History, *, at: datetime) -> Stop:
    last = history.last
    return Stop(
        code=IMPORTED,
        message="the run was imported, and goes on where it came from\n"
        f"hint: `dmnroute fork {history.run.id}` tries here how it could go on",
        policy=last.decision.policy if last else history.run.policy,
        hop=len(history.hops),
        at=at,
    )
