"""Which of the held runs somebody wants to let go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dmnroute.errors import UsageError

if TYPE_CHECKING:
    from dmnroute.app import App
    from dmnroute.routing.records.run import RunState, RunStatus


@dataclass(frozen=True, slots=True)
class Releasable:
    """A filter over the runs that a pause of more than themselves holds."""

    runs: Sequence[str]
    """Only these; none: all."""
    policy: str | None
    tenant: str | None
    tags: Mapping[str, str]
    statuses: Sequence[RunStatus]
    limit: int | None

    async def among(self, app: App) -> list[str]:
        """The runs, the oldest first; children go with their parent.

        Raises:
            OperatorError: `unknown_run`.
        """
        from dmnroute.cli.driving import find_run

        pauses = await app.store.pauses()
        if self.runs:
            states = [await find_run(app.store, run) for run in self.runs]
        else:
            found = await app.store.states(statuses=self.statuses, policy=self.policy, tags=dict(self.tags) or None)
            states = sorted(found, key=lambda state: (state.run.started, state.run.id))
        wanted = [state for state in states if self._fits(state) and app.router.pausing.can_be_released(state, pauses)]
        return [state.run.id for state in wanted[: self.limit]]

    def _fits(self, state: RunState) -> bool:
        run = state.run
        return (
            run.parent is None
            and self.policy in (None, run.policy)
            and self.tenant in (None, run.tenant)
            and self.tags.items() <= run.tags.items()
            and state.status in self.statuses
        )


def statuses_of(given: Sequence[str]) -> tuple[RunStatus, ...]:
    """The statuses of open runs that were named; all, where none was.

    Raises:
        UsageError: `unknown_status`.
    """
    from dmnroute.router.pausing import OPEN

    for status in given:
        if status not in OPEN:
            hint = f"one of {', '.join(OPEN)}"
            raise UsageError(f"no open run has the status `{status}`", code="unknown_status", hint=hint)
    return tuple(status for status in OPEN if not given or status in given)
