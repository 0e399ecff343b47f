"""The time, as engines and routers see it."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """The time, and waiting for it. Tests give one that they move by hand."""

    def now(self) -> datetime:
        """The current time, in UTC."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Return when so many seconds have passed."""
        ...
