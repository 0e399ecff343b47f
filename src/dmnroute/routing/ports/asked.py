"""Where it is kept what people and events said to runs."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol

from dmnroute.routing.records.control import Control, ControlKind
from dmnroute.routing.records.signal import Signal


class AskedStore(Protocol):
    """What was said to runs from outside."""

    async def signal(self, run: str, name: str, payload: Any, *, at: datetime, key: str | None = None) -> Signal:
        """Keep a signal; one with the same key is the same signal. Raises OperatorError `unknown_run`."""
        ...

    async def control(
        self,
        run: str,
        kind: ControlKind,
        data: dict[str, Any],
        *,
        who: str,
        at: datetime,
        why: str | None = None,
        key: str | None = None,
    ) -> Control:
        """Keep what somebody asked of a run; one with the same key is the same. Raises OperatorError `unknown_run`."""
        ...
