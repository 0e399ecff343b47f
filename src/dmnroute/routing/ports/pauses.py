"""Where pauses are kept."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from dmnroute.routing.pauses import Pause, PauseScope, PauseTimers


class PauseStore(Protocol):
    """Pauses that all processes share. Nothing of a run changes by them; who decides and who sends looks here first."""

    async def pause(
        self, scope: PauseScope, name: str, *, who: str, why: str | None, at: datetime, timers: PauseTimers = "stand"
    ) -> Pause:
        """Pause a run, a tenant, an agent or everything; one that is paused stays as it is."""
        ...

    async def resume(self, scope: PauseScope, name: str, *, who: str, why: str | None, at: datetime) -> Pause | None:
        """Lift a pause; null when there is none."""
        ...

    async def pauses(self, *, over: Collection[str] | None = None, since: datetime | None = None) -> list[Pause]:
        """The pauses that hold, in their order; with `since` those, too, that were lifted after it.

        `over` are keys (`run:order-17`, `tenant:acme`, `agent:ocr`, `all`); none given: all.
        """
        ...

    async def let_go(self, run: str, *, who: str, why: str | None, at: datetime) -> None:
        """Let a run go on in spite of its tenant's pause and everybody's, as far as they began before.

        Raises OperatorError `unknown_run`.
        """
        ...
