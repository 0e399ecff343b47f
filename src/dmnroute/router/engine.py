"""What every engine offers to people and apps."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from dmnroute.router.controls import SOMEBODY
from dmnroute.router.steering import Wish
from dmnroute.router.turn import Turn
from dmnroute.routing.records.hop import OnInput
from dmnroute.routing.records.run import RunStatus

Listener = Callable[[str, Turn], None]
"""Told after each hop that was decided, and when a run stops or ends: the run's id and where it stands."""


class Engine(Protocol):
    """Carries plans out. What follows is decided by the router alone, so that all engines do the same."""

    async def drive(self, run: str, *, patient: bool = False) -> RunStatus:
        """Have a run driven until it ends, stops, or waits for people (patient: people are waited for, too)."""
        ...

    async def signal(self, run: str, name: str, payload: Any = None, *, key: str | None = None) -> None:
        """Tell a run something from outside; the same key is the same signal.

        Raises:
            OperatorError: `unknown_run`, `run_ended`.
        """
        ...

    async def input(
        self, run: str, given: Mapping[str, Any], *, who: str = SOMEBODY, why: str | None = None, key: str | None = None
    ) -> OnInput:
        """Give a run input while it goes on, and let its tables say what becomes of it; the same key is the same input.

        Steps that it ends are cancelled; a run that is stopped is tried anew, unless the input is queued.

        Raises:
            OperatorError: `unknown_run`, `run_ended`, or `input_rejected`.
        """
        ...

    async def answer(self, run: str, answer: Mapping[str, Any], *, question: str | None = None) -> None:
        """Answer the question that a run was escalated with; `question` is the step that is meant, where it is known.

        Raises:
            UsageError: `invalid_answer`, when it doesn't fit the form.
            OperatorError: `unknown_run`, `run_ended`, `not_escalated`.
        """
        ...

    async def retry(self, run: str) -> None:
        """Let a stopped run go on with the policy as it is now. Raises OperatorError `unknown_run`, `not_stopped`."""
        ...

    async def cancel(self, run: str, *, who: str = SOMEBODY, why: str | None = None) -> None:
        """End a run, once everything is undone that can be; one that ended stays as it is.

        What is undone has to be driven, too. Raises OperatorError `unknown_run`.
        """
        ...

    async def look(self, run: str) -> None:
        """Have whoever drives a run look at it: something that held it is gone. One that nobody drives stays so."""
        ...

    async def cancel_step(self, step: str) -> None:
        """End one step that is under way; the others go on. Raises OperatorError `unknown_step`."""
        ...

    async def steer(self, run: str, wishes: Sequence[Wish], *, who: str, why: str | None = None) -> None:
        """Change an open run. One that waits or is stopped is decided anew; steps under way go on.

        Raises:
            OperatorError: `unknown_run`, `run_ended`, `unknown_version`.
            UsageError: a wish makes no sense in this run; nothing changes then.
            RouteError: `unknown_policy`.
        """
        ...
