"""What one evaluation carries along: the clock, the notices, and the limits on work."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from time import thread_time
from typing import TYPE_CHECKING, Any

from dmnroute.errors import FeelError, Place, UsageError
from dmnroute.feel.notices import Notice
from dmnroute.source import Source

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dmnroute.feel.notices import NoticeKind, Site


@dataclass(frozen=True, slots=True)
class Limits:
    """What an evaluation may use up; beyond it is a FeelError with code `feel_limit`."""

    steps: int = 1_000_000
    """Iterations and invocations; large values that are worked on count too, by their size."""
    seconds: float = 10.0
    """Time that the processor may work on one evaluation; looked at now and then, so that a little more may pass."""
    depth: int = 100
    """Invocations of functions inside of each other."""
    size: int = 1_000_000
    """Items of a list, and parts of a result that is given to Python."""
    characters: int = 10_000_000
    """Characters of a string."""
    notices: int = 1_000
    """Notices that are kept; later ones are dropped."""
    regex_seconds: float = 0.5
    """Time that one regular expression may take."""


DEFAULT_LIMITS = Limits()

_STEPS_BETWEEN_LOOKS = 64
"""So often the clock is looked at, which takes longer than a step."""
_PER_STEP = 64
"""Items or characters that are one step of work."""


_NO_TYPES: Mapping[str, Callable[[object], bool]] = {}


class Evaluation:
    """One evaluation; mutable, never shared between threads."""

    __slots__ = ("_deadline", "_depth", "_look_after", "_steps", "limits", "notices", "now", "types")

    def __init__(
        self,
        *,
        now: datetime | None = None,
        limits: Limits = DEFAULT_LIMITS,
        types: Mapping[str, Callable[[object], bool]] = _NO_TYPES,
    ) -> None:
        if now is not None and not isinstance(now, datetime):
            raise UsageError(f"`now` is a datetime, not `{type(now).__name__}`")
        self.now = now
        self.types = types
        """For `instance of`: the types of a model by name, each telling whether a value is one of it."""
        self.notices: list[Notice] = []
        self.limits = limits
        self._steps = 0
        self._look_after = min(_STEPS_BETWEEN_LOOKS, limits.steps)
        self._depth = 0
        self._deadline: float | None = None

    def null(self, kind: NoticeKind, message: str, site: Site, *values: object) -> Any:
        """Note why the value at the site is null, and return that null."""
        if len(self.notices) < self.limits.notices:
            self.notices.append(Notice(kind, message, site.span, values, site.text))
        return None

    def step(self, site: Site, count: int = 1) -> None:
        """Count work that is done, or is about to be done."""
        self._steps += count
        if self._steps > self._look_after:
            self._look(site)

    def work(self, site: Site, size: int) -> None:
        """Count work on so many items or characters."""
        if size >= _PER_STEP:
            self.step(site, size // _PER_STEP)

    def check_time(self, site: Site) -> None:
        """Refuse to go on for too long. The time begins with the first look."""
        now = thread_time()
        if self._deadline is None:
            self._deadline = now + self.limits.seconds
        elif now > self._deadline:
            raise exceeded(f"the evaluation takes longer than {self.limits.seconds:g} seconds", site)

    def _look(self, site: Site) -> None:
        if self._steps > self.limits.steps:
            raise exceeded(f"the expression takes more than {self.limits.steps:,} steps", site)
        self.check_time(site)
        self._look_after = min(self._steps + _STEPS_BETWEEN_LOOKS, self.limits.steps)

    def enter(self, site: Site) -> None:
        """Begin the invocation of a function."""
        self.step(site)
        self._depth += 1
        if self._depth > self.limits.depth:
            raise exceeded(f"functions call each other more than {self.limits.depth} levels deep", site)

    def leave(self) -> None:
        """End the invocation of a function."""
        self._depth -= 1

    def check_size(self, count: int, site: Site) -> None:
        """Refuse a list that is too long, and count the making of it."""
        if count > self.limits.size:
            raise exceeded(f"a list has more than {self.limits.size:,} items", site)
        self.work(site, count)

    def check_characters(self, count: int, site: Site) -> None:
        """Refuse a string that is too long, and count the making of it."""
        if count > self.limits.characters:
            raise exceeded(f"a string has more than {self.limits.characters:,} characters", site)
        self.work(site, count)


def failed(message: str, site: Site) -> FeelError:
    """The error of an evaluation that Camunda fails, instead of answering null."""
    place = Place(source=Source(site.text), span=site.span)
    return FeelError(message, code="feel_failed", place=place, hint="Camunda fails the whole evaluation here")


def exceeded(message: str, site: Site) -> FeelError:
    """The error of a limit that was passed at the site."""
    return FeelError(message, code="feel_limit", place=Place(source=Source(site.text), span=site.span))
