"""Comparisons as Camunda 8 makes them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from dmnroute.feel.evaluation import failed
from dmnroute.feel.runtime import comparison
from dmnroute.feel.runtime.equality import CAMUNDA
from dmnroute.feel.values.date_time import Date, DateTime, Time
from dmnroute.feel.values.duration import DaysTimeDuration, YearsMonthsDuration

if TYPE_CHECKING:
    from dmnroute.feel.evaluation import Evaluation
    from dmnroute.feel.notices import Site

_COMPARABLE = frozenset({Decimal, str, Date, Time, DateTime, DaysTimeDuration, YearsMonthsDuration})


def counts_as_comparable(value: object) -> bool:
    """Tell whether Camunda begins to compare: also lists, whose items are of one type that has an order."""
    while type(value) is list and value and all(type(item) is type(value[0]) for item in value):
        value = value[0]
    return type(value) in _COMPARABLE


@dataclass(frozen=True, slots=True)
class Operators(comparison.Operators):
    """The operators of Camunda."""

    def rank(self, left: object, right: object, evaluation: Evaluation, site: Site) -> int | None:
        """Which comes first. Lists that count as comparable and then aren't fail the evaluation."""
        if type(left) is list and type(right) is list and counts_as_comparable(left):
            raise failed("a list can't be compared with a list", site)
        return comparison.Operators.rank(self, left, right, evaluation, site)


OPERATORS = Operators(CAMUNDA)
