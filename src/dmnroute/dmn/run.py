"""The state of one evaluation: the FEEL evaluation, and the notices with their places."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from dmnroute.dmn.result import Notice
from dmnroute.errors import FeelError, Place
from dmnroute.feel import Evaluation
from dmnroute.feel.notices import Site
from dmnroute.feel.runtime.calls import invoke_named
from dmnroute.source import Source, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

    from dmnroute.dmn.types import Types
    from dmnroute.dmn.unary_tests import Tests
    from dmnroute.feel import Expression
    from dmnroute.feel.values import Function, Value

MAX_NOTICES = 1000
"""How many notices one evaluation keeps; a large table over missing data would make one per cell."""


class Run:
    """One evaluation, from the outer call to its result."""

    __slots__ = ("evaluation", "notices")

    def __init__(self, types: Types, *, now: datetime | None = None) -> None:
        self.evaluation = Evaluation(now=now, limits=types.limits, types=types.predicates())
        self.notices: list[Notice] = []

    def feel(self, expression: Expression, scope: Mapping[str, Value], place: Place) -> Value:
        """Evaluate an expression; its notices get the place, and so does an error."""
        try:
            value = expression.run(scope, self.evaluation)
        except FeelError as error:
            raise placed(error, place) from error
        if self.evaluation.notices:
            self.collect(lambda: place)
        return value

    def test(self, tests: Tests, value: Value, scope: Mapping[str, Value], place: Callable[[], Place]) -> Value:
        """Whether a value meets unary tests: true, false or null. The place is asked for only when there is need."""
        try:
            met = tests.run(value, scope, self.evaluation)
        except FeelError as error:
            raise placed(error, place()) from error
        if self.evaluation.notices:
            self.collect(place)
        return met

    def invoke(self, function: Function, arguments: Mapping[str, Value], place: Place) -> Value:
        """Invoke a builtin by the names of its parameters, as FEEL does."""
        with self.call(place):
            value = invoke_named(function, arguments, self.evaluation, site_of(place))
        if self.evaluation.notices:
            self.collect(lambda: place)
        return value

    @contextmanager
    def call(self, place: Place) -> Iterator[None]:
        """Count a call of a function outside of FEEL's own, so that endless recursion ends as an error."""
        try:
            self.evaluation.enter(site_of(place))
            yield
        except FeelError as error:
            raise placed(error, place) from error
        finally:
            self.evaluation.leave()

    def step(self, place: Place, count: int = 1) -> None:
        """Count work outside of FEEL's own, such as an iteration of a boxed `for`."""
        try:
            self.evaluation.step(site_of(place), count)
        except FeelError as error:
            raise placed(error, place) from error

    def collect(self, place: Callable[[], Place]) -> None:
        """Move what FEEL noticed since the last time to the placed notices."""
        raw, self.evaluation.notices[:] = tuple(self.evaluation.notices), ()
        room = MAX_NOTICES - len(self.notices)
        where = place() if room > 0 else None
        for notice in raw[: max(0, room)]:
            assert where is not None
            # What is written without FEEL (a boxed invocation's binding) has no text to show.
            at = replace(where, source=Source(notice.text), span=notice.span) if notice.text else where
            self.notices.append(Notice(str(notice.kind), notice.message, at, tuple(notice.values)))

    def notice(self, kind: str, message: str, place: Place, *values: object) -> None:
        """Note something that DMN, not FEEL, has to say."""
        if len(self.notices) < MAX_NOTICES:
            self.notices.append(Notice(kind, message, place, values))


def site_of(place: Place) -> Site:
    """The place as FEEL knows places."""
    text = place.source.text if place.source is not None else ""
    return Site(place.span or Span(0, len(text)), text)


def placed(error: FeelError, place: Place) -> FeelError:
    """The error at a place in the table, with the excerpt that FEEL knew."""
    known = error.place
    at = replace(place, source=known.source or place.source, span=known.span if known.source else place.span)
    return FeelError(error.message, code=error.code, place=at, hint=error.hint)
