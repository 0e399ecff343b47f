"""Go back in a run: a fork begins with its first hops, and goes on from there. The run itself stays as it was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

from dmnroute.errors import OperatorError
from dmnroute.router.controls import unknown_run
from dmnroute.router.steering import Steering, Wish
from dmnroute.routing.forks import fork_before, redo, redrive
from dmnroute.routing.history import History
from dmnroute.routing.ports.clock import Clock
from dmnroute.routing.ports.store import Store
from dmnroute.routing.records.run import ENDED, Origin, Run
from dmnroute.routing.seeds import seed_of


@dataclass(frozen=True, slots=True)
class Forks:
    """Makes runs of runs; engines drive them like any other."""

    store: Store
    clock: Clock
    steering: Steering

    async def fork(
        self,
        run: str,
        *,
        hop: int | None = None,
        name: str | None = None,
        wishes: Sequence[Wish] = (),
        who: str,
        why: str | None = None,
    ) -> Run:
        """A fork that decides a hop anew (the latest, when none is named), with what somebody wishes of it.

        Raises:
            OperatorError: `unknown_run`, `unknown_hop`, `hop_open`, `unknown_version`, or `run_exists`.
            UsageError: a wish makes no sense.
            RouteError: `unknown_policy`.
        """
        history = await self._history(run)
        await self.steering.check(wishes, history)
        origin = fork_before(history, hop or max(len(history.hops), 1), now=self.clock.now())
        made = await self._made(history, origin, name, kind="fork")
        state = await self.store.state(made.id)
        if wishes and state is not None and state.status not in ENDED:  # made before, it may have ended already
            await self.steering.steer(made.id, wishes, who=who, why=why, key="fork")
        return made

    async def rerun(self, run: str, steps: Sequence[str], *, name: str | None = None) -> Run:
        """A fork that does steps of one hop once more; the outcomes of its other steps count as they were.

        Raises:
            OperatorError: `unknown_run`, `unknown_step`, `steps_apart`, `not_again`, or `run_exists`.
        """
        history = await self._history(run)
        return await self._made(history, redo(history, steps), name, kind="rerun")

    async def redrive(self, run: str, *, name: str | None = None) -> Run:
        """A fork of a run that ended: it does once more what went wrong last, and what never ran.

        Raises:
            OperatorError: `unknown_run`, `run_open`, `nothing_failed`, or `run_exists`.
        """
        history = await self._history(run)
        state = await self.store.state(run)
        if state is None or state.status not in ENDED:
            raise OperatorError(
                f"run `{run}` hasn't ended",
                code="run_open",
                hint=f"`dmnroute retry {run}` goes on with a stopped run",
            )
        origin = redrive(history)
        if origin is None:
            raise OperatorError(
                f"no step of run `{run}` went wrong in its latest hop",
                code="nothing_failed",
                hint=f"`dmnroute fork {run} --at HOP` decides a hop anew",
            )
        return await self._made(history, origin, name, kind="redrive")

    async def _history(self, run: str) -> History:
        history = await self.store.history(run)
        if history is None:
            raise unknown_run(run)
        return history

    async def _made(self, history: History, origin: Origin, name: str | None, *, kind: str) -> Run:
        """Under the name given, or the first that is free; making the same fork twice changes nothing."""
        other = history.run
        names = [name] if name else (f"{other.id}-{kind}{number}" for number in count(1))
        for each in names:
            run = _forked(other, each, origin, self.clock)
            if await self.store.fork(run):
                return run
            there = await self.store.state(each)
            if name and there is not None and there.run.origin == origin:
                return there.run
        raise OperatorError(f"there is another run `{name}`", code="run_exists", hint="name the fork otherwise")


def _forked(other: Run, name: str, origin: Origin, clock: Clock) -> Run:
    """Its time begins anew; whose child the other run was doesn't concern it."""
    own = {"id": name, "started": clock.now(), "seed": seed_of(name), "origin": origin}
    return other.model_copy(update=own | {"parent": None, "process_instance": None})
