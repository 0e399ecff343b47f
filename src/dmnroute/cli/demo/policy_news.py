"""What happens to the policy while a demo runs: the store's events tell it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from dmnroute.app import App
from dmnroute.cli.demo.events import Event, PolicyChangedTold, PolicyRefusedTold
from dmnroute.cli.demo.session import POLICY
from dmnroute.cli.demo.table import table_view
from dmnroute.routing.ports.events import Event as StoredEvent

EVERY = 0.4
"""Seconds between two looks."""


@dataclass(slots=True)
class PolicyNews:
    """Follows the events of the store from a point on."""

    app: App
    clock: Callable[[], float]
    since: datetime
    _after: int = field(default=0, init=False)
    _version: int = field(default=0, init=False)

    async def begin_at(self, run: str, version: int) -> None:
        """Leave out what was before the start of a run, and versions up to this one."""
        first = await self.app.store.events(run=run, limit=1)
        self._after = first[0].number if first else 0
        self._version = version

    async def follow(self, tell: Callable[[Event], None]) -> None:
        """Look again and again, until it is cancelled."""
        while True:
            await self.look(tell)
            await asyncio.sleep(EVERY)

    async def look(self, tell: Callable[[Event], None]) -> None:
        """Tell what is new."""
        while events := await self.app.store.events(after=self._after):
            self._after = events[-1].number
            for event in events:
                told = await self._told(event) if event.at >= self.since else None
                if told is not None:
                    tell(told)

    async def _told(self, event: StoredEvent) -> Event | None:
        if event.data.get("policy") != POLICY:
            return None
        if event.kind == "policy_refused":
            return PolicyRefusedTold(self.clock(), event.data["error"], event.data["stays"])
        if event.kind != "policy_changed" or "changes" not in event.data or event.data["version"] <= self._version:
            return None
        self._version = event.data["version"]
        policy = await self.app.policies.version(POLICY, self._version)
        table = table_view(policy.model, policy.route)
        return PolicyChangedTold(self.clock(), self._version, tuple(event.data["changes"]), table)
