"""Pauses as they are kept in memory."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from dmnroute.routing.pauses import Pause
from dmnroute.store.changes import Telling
from dmnroute.store.pauses import pause_of, pause_row, paused, resumed
from dmnroute.store.rows import plain
from dmnroute.store.utc import in_utc


class KeptPauses:
    """Every pause there was, in order; each change gives the events that tell of it."""

    def __init__(self) -> None:
        self._all: list[Pause] = []

    def pause(self, wanted: Pause) -> tuple[Pause, list[Telling]]:
        known = self._holding(wanted.key)
        if known is not None:
            return known, []
        kept = pause_of(plain(pause_row(wanted.model_copy(update={"number": len(self._all) + 1}))))
        self._all.append(kept)
        return kept, [paused(kept)]

    def resume(self, key: str, *, who: str, why: str | None, at: datetime) -> tuple[Pause | None, list[Telling]]:
        known = self._holding(key)
        if known is None:
            return None, []
        kept = known.model_copy(update=plain({"lifted": at, "lifted_by": who, "lifted_why": why}))
        self._all[known.number - 1] = kept
        return kept, [resumed(kept)]

    def listed(self, over: Collection[str] | None, since: datetime | None) -> list[Pause]:
        return [
            pause
            for pause in self._all
            if (over is None or pause.key in over)
            and (pause.lifted is None or (since is not None and pause.lifted > in_utc(since)))
        ]

    def _holding(self, key: str) -> Pause | None:
        return next((pause for pause in self._all if pause.key == key and pause.lifted is None), None)
