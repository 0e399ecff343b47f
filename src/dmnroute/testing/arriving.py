"""Input that arrives in the middle of a scripted run: always at the same moment, right after a hop was decided."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, fields
from typing import Any

from dmnroute.errors import OperatorError
from dmnroute.router.router import Router
from dmnroute.router.turn import Turn


@dataclass(frozen=True, slots=True)
class ArrivingRouter(Router):
    """A router that gives its run input as soon as it has decided certain hops."""

    arrives: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)
    """Hop → the input that arrives while it goes on; one that the tables reject changes nothing."""

    @classmethod
    def of(cls, router: Router, arrives: Mapping[int, Mapping[str, Any]]) -> ArrivingRouter:
        """The same router."""
        return cls(**{each.name: getattr(router, each.name) for each in fields(Router)}, arrives=arrives)

    async def route(self, run: str, **asked: Any) -> Turn:
        """Look at the run, and give it what arrives then; child runs get nothing."""
        turn = await Router.route(self, run, **asked)
        number = len(turn.history.hops)
        if turn.new and not turn.ended and turn.history.run.parent is None and number in self.arrives:
            with suppress(OperatorError):
                await self.controls.input(run, self.arrives[number], who="test", key=f"hop {number}")
        return turn
