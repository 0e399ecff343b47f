"""What one evaluation carries along: the clock, the notices, and the limits on work."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dmnroute.errors import FeelError, Place
from dmnroute.feel.notices import Notice
from dmnroute.source import Source

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from dmnroute.feel.notices import NoticeKind, Site


@dataclass(frozen=True, slots=True)
class Limits:
    """What an evaluation may use up; beyond it is a FeelError with code `feel_limit`."""

    steps: int = 1_000_000
    """Iterations and invocations."""
    depth: int = 100
    """Invocations of functions inside of each other."""
    size: int = 1_000_000
    """Items of a list."""
    characters: int = 10_000_000
    """Characters of a string."""
    notices: int = 1_000
    """Notices that are kept; later ones are dropped."""
    regex_seconds: float = 0.5
    """Time that one regular expression may take."""


DEFAULT_LIMITS = Limits()


_NO_TYPES: Mapping[str, Callable[[object], bool]] = {}


class Evaluation:
    """One evaluation; mutable, never shared between threads."""

    __slots__ = ("_depth", "_steps", "limits", "notices", "now", "types")

    def __init__(
        self,
        *,
        now: datetime | None = None,
        limits: Limits = DEFAULT_LIMITS,
        types: Mapping[str, Callable[[object], bool]] = _NO_TYPES,
    ) -> None:
        self.now = now
        self.types = types
        """For `instance of`: the types of a model by name, each telling whether a value is one of it."""
        self.notices: list[Notice] = []
        self.limits = limits
        self._steps = 0
        self._depth = 0

    def null(self, kind: NoticeKind, message: str, site: Site, *values: object) -> Any:
        """Note why the value at the site is null, and return that null."""
        if len(self.notices) < self.limits.notices:
            self.notices.append(Notice(kind, message, site.span, values, site.text))
        return None

    def step(self, site: Site, count: int = 1) -> None:
        """Count work that is done, or is about to be done."""
        self._steps += count
        if self._steps > self.limits.steps:
            raise exceeded(f"the expression takes more than {self.limits.steps:,} steps", site)

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
        """Refuse a list that is too long."""
        if count > self.limits.size:
            raise exceeded(f"a list has more than {self.limits.size:,} items", site)

    def check_characters(self, count: int, site: Site) -> None:
        """Refuse a string that is too long."""
        if count > self.limits.characters:
            raise exceeded(f"a string has more than {self.limits.characters:,} characters", site)


def failed(message: str, site: Site) -> FeelError:
    """The error of an evaluation that Camunda fails, instead of answering null."""
    place = Place(source=Source(site.text), span=site.span)
    return FeelError(message, code="feel_failed", place=place, hint="Camunda fails the whole evaluation here")


def exceeded(message: str, site: Site) -> FeelError:
    """The error of a limit that was passed at the site."""
    return FeelError(message, code="feel_limit", place=Place(source=Source(site.text), span=site.span))
