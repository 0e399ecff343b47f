"""How an agent says that it could not do its work."""

from __future__ import annotations

from decimal import Decimal
from typing import Any


class AgentFailure(Exception):
    """The agent could not do its work, for a reason that tables can route on.

    ``kind`` is a short identifier such as ``unreadable``; ``retryable`` says whether the same call may go well later,
    and ``retry_after`` (seconds) when: a failure that says so is retryable.
    """

    def __init__(
        self,
        kind: str,
        message: str,
        *,
        retryable: bool | None = None,
        retry_after: float | Decimal | None = None,
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.retry_after = _waiting_time(retry_after)
        self.retryable = self.retry_after is not None if retryable is None else retryable

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild_failure, (self.kind, self.message, self.retryable, self.retry_after)


def _waiting_time(seconds: float | Decimal | None) -> Decimal | None:
    """What services say is not always a time that one can wait."""
    waiting = None if seconds is None else Decimal(str(seconds))
    return waiting if waiting is not None and waiting.is_finite() and waiting >= 0 else None


def _rebuild_failure(kind: str, message: str, retryable: bool, retry_after: Decimal | None) -> AgentFailure:
    return AgentFailure(kind, message, retryable=retryable, retry_after=retry_after)


class BudgetRefused(AgentFailure):
    """No budget allows what the agent wanted to spend; the step's outcome is of kind ``budget``."""

    def __init__(self, message: str) -> None:
        super().__init__("budget", message)

    def __reduce__(self) -> tuple[Any, ...]:
        return BudgetRefused, (self.message,)
