"""What shadow versions made of hops, in memory."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from dmnroute.routing.ports.shadows import ShadowMove
from dmnroute.routing.records.shadow import ShadowHop, ShadowVerdict
from dmnroute.store.utc import in_utc


class MemoryShadows:
    """One for each hop that a shadow was asked about."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, int], ShadowHop] = {}

    def keep(self, shadow: ShadowHop) -> None:
        """The latest look counts."""
        self._kept[shadow.run, shadow.hop] = shadow

    def of_run(self, run: str) -> list[ShadowHop]:
        return [self._kept[key] for key in sorted(self._kept) if key[0] == run]

    def moves(self, policy: str, version: int, tenant: str, since: datetime) -> list[ShadowMove]:
        by_move: defaultdict[tuple[ShadowVerdict, str, str], list[tuple[str, int]]] = defaultdict(list)
        for place, each in self._kept.items():
            if (each.policy, each.version, each.tenant) == (policy, version, tenant) and each.at >= in_utc(since):
                by_move[each.verdict, each.decided.name, each.shadow.name].append(place)
        found = [
            ShadowMove(*move, hops=len(places), runs=len({run for run, _ in places}), example=min(places))
            for move, places in by_move.items()
        ]
        return sorted(found, key=lambda move: (-move.hops, move.verdict, move.before, move.after))
