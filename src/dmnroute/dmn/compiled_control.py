"""Boxed conditionals, filters and iterations, ready to run (DMN 1.5, 10.2.2.8 to 10.2.2.10)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dmnroute.dmn.run import placed, site_of
from dmnroute.dmn.types import describe
from dmnroute.errors import FeelError
from dmnroute.feel.notices import NoValue
from dmnroute.feel.runtime.iteration import items_of

if TYPE_CHECKING:
    from dmnroute.dmn.compiled import Logic
    from dmnroute.dmn.run import Run
    from dmnroute.errors import Place
    from dmnroute.feel.values import Value


@dataclass(frozen=True, slots=True)
class ConditionalLogic:
    """``if`` … ``then`` … ``else``: false and null take the ``else``, what is no boolean makes null."""

    condition: Logic
    then: Logic
    otherwise: Logic
    place: Place

    def run(self, scope: Mapping[str, Value], run: Run) -> Value:
        """The value of the branch that the condition chooses."""
        condition = self.condition.run(scope, run)
        if condition is not None and not isinstance(condition, bool):
            no_condition(condition, self.place, run)
            return None
        return (self.then if condition else self.otherwise).run(scope, run)


@dataclass(frozen=True, slots=True)
class FilterLogic:
    """The items of a list that meet a condition; ``item`` and the keys of a context are in its scope.

    An answer that is no condition makes null.
    """

    collection: Logic
    match: Logic
    place: Place

    def run(self, scope: Mapping[str, Value], run: Run) -> Value:
        """The list of the items that meet the condition."""
        collection = self.collection.run(scope, run)
        if collection is None:
            run.notice("null_operand", "a boxed `filter` over null", self.place)
            return None
        kept: list[Value] = []
        for item in collection if isinstance(collection, list) else [collection]:
            run.step(self.place)
            answer = self.match.run(self._inner(scope, item), run)
            if answer is not None and not isinstance(answer, bool):
                no_condition(answer, self.place, run)
                return None
            if answer:
                kept.append(item)
        return kept

    def _inner(self, scope: Mapping[str, Value], item: Value) -> dict[str, Value]:
        keys = item if isinstance(item, dict) else {}
        return {**scope, **keys, "item": item}


@dataclass(frozen=True, slots=True)
class ForLogic:
    """``for`` … ``in`` … ``return``; ``partial`` is what has been made so far."""

    variable: str
    collection: Logic
    body: Logic
    place: Place
    reads_partial: bool

    def run(self, scope: Mapping[str, Value], run: Run) -> Value:
        """The list of the body's values."""
        items = visited(self.collection.run(scope, run), "for", self.place, run)
        if items is None:
            return None
        made: list[Value] = []
        for item in items:
            inner = {**scope, self.variable: item}
            if self.reads_partial:
                run.step(self.place, len(made) // 16)
                inner["partial"] = list(made)
            made.append(self.body.run(inner, run))
        return made


@dataclass(frozen=True, slots=True)
class QuantifiedLogic:
    """``some`` or ``every`` … ``in`` … ``satisfies``: three-valued; an answer that is no boolean makes null."""

    every: bool
    variable: str
    collection: Logic
    body: Logic
    place: Place

    def run(self, scope: Mapping[str, Value], run: Run) -> Value:
        """True, false, or null when an item's answer is null and no other item decides."""
        kind = "every" if self.every else "some"
        items = visited(self.collection.run(scope, run), kind, self.place, run)
        if items is None:
            return None
        answers = [self.body.run({**scope, self.variable: item}, run) for item in items]
        unfit = next((answer for answer in answers if answer is not None and not isinstance(answer, bool)), None)
        if unfit is not None:
            no_condition(unfit, self.place, run)
            return None
        if (not self.every) in answers:
            return not self.every
        return None if None in answers else self.every


def visited(domain: Value, kind: str, place: Place, run: Run) -> Iterator[Value] | None:
    """What a boxed iteration goes over, as FEEL's own does; None with a notice when there is nothing to go over."""
    if domain is None:
        run.notice("null_operand", f"a boxed `{kind}` over null", place)
        return None
    try:
        items = items_of(domain, run.evaluation, site_of(place))
    except NoValue as reason:
        run.notice(str(reason.kind), reason.message, place, domain)
        return None
    except FeelError as error:
        raise placed(error, place) from error
    return _counted(items, place, run)


def _counted(items: Iterable[Value], place: Place, run: Run) -> Iterator[Value]:
    for item in items:
        run.step(place)
        yield item


def no_condition(value: Value, place: Place, run: Run) -> None:
    """Say that what should be a condition isn't one."""
    run.notice("type_mismatch", f"{describe(value)} is no condition", place, value)
