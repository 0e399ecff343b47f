"""Arithmetic on numbers, strings, dates and durations (DMN 10.3.2.11, tables 45 to 47). One table per operator."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal, DecimalException
from typing import TYPE_CHECKING, Any

from dmnroute.feel.notices import NoticeKind, Site
from dmnroute.feel.runtime import temporal_arithmetic as temporal
from dmnroute.feel.values.date_time import Date, DateTime, Time
from dmnroute.feel.values.duration import DaysTimeDuration, YearsMonthsDuration
from dmnroute.feel.values.kinds import type_name
from dmnroute.feel.values.number import CONTEXT, ONE

if TYPE_CHECKING:
    from dmnroute.feel.evaluation import Evaluation

Rule = Callable[[Any, Any], object]
"""Null when there is no result."""
Rules = Mapping[tuple[type, type], Rule]

ADDITION: Rules = {
    (Decimal, Decimal): CONTEXT.add,
    (str, str): lambda a, b: a + b,
    (Date, DaysTimeDuration): temporal.date_plus_days_time,
    (DaysTimeDuration, Date): lambda a, b: temporal.date_plus_days_time(b, a),
    (Date, YearsMonthsDuration): lambda a, b: a.plus_months(b.total_months),
    (YearsMonthsDuration, Date): lambda a, b: b.plus_months(a.total_months),
    (DateTime, DaysTimeDuration): lambda a, b: a.plus_nanoseconds(b.nanoseconds),
    (DaysTimeDuration, DateTime): lambda a, b: b.plus_nanoseconds(a.nanoseconds),
    (DateTime, YearsMonthsDuration): lambda a, b: a.plus_months(b.total_months),
    (YearsMonthsDuration, DateTime): lambda a, b: b.plus_months(a.total_months),
    (Time, DaysTimeDuration): lambda a, b: a.at(a.nanoseconds + b.nanoseconds),
    (DaysTimeDuration, Time): lambda a, b: b.at(b.nanoseconds + a.nanoseconds),
    (DaysTimeDuration, DaysTimeDuration): lambda a, b: DaysTimeDuration(a.nanoseconds + b.nanoseconds),
    (YearsMonthsDuration, YearsMonthsDuration): lambda a, b: YearsMonthsDuration(a.total_months + b.total_months),
}

SUBTRACTION: Rules = {
    (Decimal, Decimal): CONTEXT.subtract,
    (Date, Date): temporal.between_moments,
    (DateTime, DateTime): temporal.between_moments,
    (Date, DateTime): temporal.between_moments,
    (DateTime, Date): temporal.between_moments,
    (Time, Time): temporal.between_times,
    (Date, DaysTimeDuration): lambda a, b: temporal.date_plus_days_time(a, DaysTimeDuration(-b.nanoseconds)),
    (Date, YearsMonthsDuration): lambda a, b: a.plus_months(-b.total_months),
    (DateTime, DaysTimeDuration): lambda a, b: a.plus_nanoseconds(-b.nanoseconds),
    (DateTime, YearsMonthsDuration): lambda a, b: a.plus_months(-b.total_months),
    (Time, DaysTimeDuration): lambda a, b: a.at(a.nanoseconds - b.nanoseconds),
    (DaysTimeDuration, DaysTimeDuration): lambda a, b: DaysTimeDuration(a.nanoseconds - b.nanoseconds),
    (YearsMonthsDuration, YearsMonthsDuration): lambda a, b: YearsMonthsDuration(a.total_months - b.total_months),
}

MULTIPLICATION: Rules = {
    (Decimal, Decimal): CONTEXT.multiply,
    (DaysTimeDuration, Decimal): temporal.days_time_times,
    (Decimal, DaysTimeDuration): lambda a, b: temporal.days_time_times(b, a),
    (YearsMonthsDuration, Decimal): temporal.years_months_times,
    (Decimal, YearsMonthsDuration): lambda a, b: temporal.years_months_times(b, a),
}

DIVISION: Rules = {
    (Decimal, Decimal): CONTEXT.divide,
    (DaysTimeDuration, Decimal): temporal.days_time_over,
    (YearsMonthsDuration, Decimal): temporal.years_months_over,
    (DaysTimeDuration, DaysTimeDuration): lambda a, b: CONTEXT.divide(Decimal(a.nanoseconds), Decimal(b.nanoseconds)),
    (YearsMonthsDuration, YearsMonthsDuration): lambda a, b: CONTEXT.divide(
        Decimal(a.total_months), Decimal(b.total_months)
    ),
}


def power(base: Decimal, exponent: Decimal) -> Decimal | None:
    """`base ** exponent`; anything to the power of zero is one (IEEE 754-2008, 9.2.1), and nothing is infinite."""
    if not exponent:
        return ONE
    result = CONTEXT.power(base, exponent)
    return result if result.is_finite() else None


POWER: Rules = {(Decimal, Decimal): power}

Operation = Callable[[object, object, "Evaluation", Site], object]


def operation(name: str, sign: str, rules: Rules) -> Operation:
    """The function behind an operator."""
    on_numbers = rules[Decimal, Decimal]

    def operate(left: object, right: object, evaluation: Evaluation, site: Site) -> object:
        numbers = type(left) is Decimal and type(right) is Decimal
        rule = on_numbers if numbers else rules.get((type(left), type(right)))
        if rule is None:
            return _mismatch(sign, left, right, evaluation, site)
        try:
            result = rule(left, right)
        except DecimalException:
            result = None
        if result is None:
            _without_result(sign, left, right, evaluation, site)
        elif type(result) is str:
            evaluation.check_characters(len(result), site)
        return result

    operate.__name__ = name
    operate.__doc__ = f"`left {sign} right`"
    return operate


def _mismatch(sign: str, left: object, right: object, evaluation: Evaluation, site: Site) -> Any:
    if left is None or right is None:
        return evaluation.null(NoticeKind.NULL_OPERAND, f"`{sign}` with null", site, left, right)
    message = f"`{sign}` doesn't take a {type_name(left)} and a {type_name(right)}"
    return evaluation.null(NoticeKind.TYPE_MISMATCH, message, site, left, right)


def _without_result(sign: str, left: object, right: object, evaluation: Evaluation, site: Site) -> None:
    by_zero = sign == "/" and right in (Decimal(0), DaysTimeDuration(0), YearsMonthsDuration(0))
    message = "a division by zero" if by_zero else f"`{sign}` has no result for these values"
    evaluation.null(NoticeKind.OUT_OF_DOMAIN, message, site, left, right)


add = operation("add", "+", ADDITION)
subtract = operation("subtract", "-", SUBTRACTION)
multiply = operation("multiply", "*", MULTIPLICATION)
divide = operation("divide", "/", DIVISION)
raise_to = operation("raise_to", "**", POWER)


def negate(value: object, evaluation: Evaluation, site: Site) -> object:
    """`-value`"""
    if type(value) is Decimal:
        return CONTEXT.minus(value)
    if isinstance(value, (DaysTimeDuration, YearsMonthsDuration)):
        return temporal.negated(value)
    kind = NoticeKind.NULL_OPERAND if value is None else NoticeKind.TYPE_MISMATCH
    message = "`-` with null" if value is None else f"`-` doesn't take a {type_name(value)}"
    return evaluation.null(kind, message, site, value)
