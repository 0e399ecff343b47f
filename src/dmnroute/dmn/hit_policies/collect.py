"""COLLECT: all matches as a list, or what an aggregation makes of them."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING

from dmnroute.dmn.hit_policies.base import NOTHING, HitPolicy, Hits, Outcome, Row
from dmnroute.dmn.hit_policies.words import rules
from dmnroute.dmn.model import BuiltinAggregator, HitPolicyName
from dmnroute.feel import Evaluation, Expression, compile

if TYPE_CHECKING:
    from dmnroute.feel.values import Value


def apply(hits: Hits) -> Outcome:
    """The list in the order of the rules, a list also for a single match; or the aggregated number."""
    matched = tuple(hits.rows)
    if not matched:
        return NOTHING
    if hits.aggregation is None:
        return Outcome([row.value for row in matched], matched)
    if hits.aggregation is BuiltinAggregator.COUNT:
        return Outcome(Decimal(len(matched)), matched)
    unfit = tuple(row for row in matched if not isinstance(row.value, Decimal))
    if unfit and hits.numbers_only:
        return Outcome(None, matched, f"{hits.aggregation.value} takes numbers, which {rules(unfit)} doesn't give")
    return _aggregate(hits.aggregation, matched, unfit or matched)


def _aggregate(aggregation: BuiltinAggregator, matched: tuple[Row, ...], unfit: tuple[Row, ...]) -> Outcome:
    values: list[Value] = [row.value for row in matched]
    value = _function(aggregation).run({"values": values}, Evaluation())
    if value is not None:
        return Outcome(value, matched)
    return Outcome(None, matched, f"{aggregation.value} can't be taken of the output of {rules(unfit)}")


@cache
def _function(aggregation: BuiltinAggregator) -> Expression:
    """The FEEL function of the same name, so that numbers, dates and durations compare as they do in FEEL."""
    return compile(f"{aggregation.value.lower()}(values)")


COLLECT = HitPolicy(HitPolicyName.COLLECT, apply)
