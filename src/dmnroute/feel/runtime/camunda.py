"""What Camunda 8 does otherwise than the standard. `docs/feel-camunda.md` lists all of it, with what isn't followed."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, DecimalException
from typing import TYPE_CHECKING, Any

from dmnroute.feel import ast
from dmnroute.feel.evaluation import failed
from dmnroute.feel.notices import NoticeKind, Site
from dmnroute.feel.runtime import access, arithmetic, iteration, types
from dmnroute.feel.values.date_time import Date, DateTime
from dmnroute.feel.values.duration import DaysTimeDuration, YearsMonthsDuration
from dmnroute.feel.values.kinds import a_type_name, type_name
from dmnroute.feel.values.number import CONTEXT

if TYPE_CHECKING:
    from dmnroute.feel.evaluation import Evaluation


def filtered(source: object, condition: Callable[[object], object], evaluation: Evaluation, site: Site) -> object:
    """`source[condition]`; what is no list isn't made one."""
    if source is None or type(source) is list:
        return access.filtered(source, condition, evaluation, site)
    return _no_list(source, evaluation, site)


def at_index(source: object, index: Decimal, evaluation: Evaluation, site: Site) -> object:
    """`source[index]`; what is no list isn't made one."""
    if source is None or type(source) is list:
        return access.at_index(source, index, evaluation, site)
    return _no_list(source, evaluation, site)


def _no_list(source: object, evaluation: Evaluation, site: Site) -> Any:
    message = f"a filter takes a list, not a {type_name(source)}"
    return evaluation.null(NoticeKind.TYPE_MISMATCH, message, site, source)


def _no_date(left: Any, right: Any) -> object:
    """A date and a moment have nothing in common."""
    return None


subtract = arithmetic.operation(
    "subtract", "-", {**arithmetic.SUBTRACTION, (Date, DateTime): _no_date, (DateTime, Date): _no_date}
)


def raise_to(left: object, right: object, evaluation: Evaluation, site: Site) -> object:
    """`left ** right`; a power that isn't there fails."""
    if type(left) is Decimal and type(right) is Decimal and _is_no_power(left, right):
        raise failed("`**` has no result for these values", site)
    return arithmetic.raise_to(left, right, evaluation, site)


def _is_no_power(base: Decimal, exponent: Decimal) -> bool:
    try:
        whole = exponent == exponent.to_integral_value()
    except DecimalException:
        return False
    return (base == 0 and exponent < 0) or (base < 0 and not whole)


def negate(value: object, evaluation: Evaluation, site: Site) -> object:
    """`-value`, of numbers only."""
    if isinstance(value, (DaysTimeDuration, YearsMonthsDuration)):
        message = f"`-` doesn't take a {type_name(value)}"
        return evaluation.null(NoticeKind.TYPE_MISMATCH, message, site, value)
    return arithmetic.negate(value, evaluation, site)


def path(source: object, key: str, evaluation: Evaluation, site: Site) -> object:
    """`source.key`; the seconds of a duration are whole."""
    value = access.path(source, key, evaluation, site)
    if key == "seconds" and isinstance(value, Decimal) and isinstance(source, DaysTimeDuration):
        return access.without_fraction(value)
    return value


def each(domain: object, visit: Callable[[object], object], evaluation: Evaluation, site: Site) -> bool:
    """Visit every item; what is no list isn't made one."""
    if domain is not None and type(domain) is not list and not isinstance(domain, iteration.Counting):
        raise iteration.no_list(domain)
    return iteration.each(domain, visit, evaluation, site)


def counting(start: object, end: object, evaluation: Evaluation, site: Site) -> object:
    """`start..end` of a `for`, between numbers."""
    if isinstance(start, Decimal) and isinstance(end, Decimal):
        return _counting_from(start, end).check(evaluation, site)
    kind = NoticeKind.NULL_OPERAND if start is None or end is None else NoticeKind.TYPE_MISMATCH
    message = f"`..` doesn't count from {a_type_name(start)} to {a_type_name(end)}"
    return evaluation.null(kind, message, site, start, end)


def _counting_from(start: Decimal, end: Decimal) -> iteration.Counting:
    """In steps of one, as far as the end allows."""
    steps = int(min(CONTEXT.abs(CONTEXT.subtract(end, start)), _MOST_STEPS))
    sign = 1 if start <= end else -1
    return iteration.Counting(0, steps, lambda step: CONTEXT.add(start, Decimal(sign * step)))


_MOST_STEPS = Decimal(10**12)


def is_instance(value: object, type_node: ast.TypeNode, evaluation: Evaluation, site: Site) -> bool:
    """`value instance of type`; types that it doesn't know have no instances."""
    name = type_node.name if isinstance(type_node, ast.NamedType) else ""
    if name == "Any":
        return value is not None
    return name in _TYPES and types.matches(value, type_node, evaluation) is True


_TYPES = frozenset(
    (
        "number",
        "string",
        "boolean",
        "date",
        "time",
        "date and time",
        "days and time duration",
        "years and months duration",
        "list",
        "context",
        "function",
    )
)


def range_without_input(evaluation: Evaluation, site: Site) -> Any:
    """A range, or a comparison, that stands where a value does: a test of an input that isn't there."""
    message = "a range is a value only after `in`, in a test, and as an argument"
    return evaluation.null(NoticeKind.INVALID_ARGUMENT, message, site)


def no_input(evaluation: Evaluation, site: Site) -> Any:
    """`?` outside of tests."""
    raise failed("`?` stands for the input of a test, and there is none", site)


OWN: tuple[Callable[..., object], ...] = (
    filtered,
    at_index,
    subtract,
    raise_to,
    negate,
    each,
    counting,
    path,
    is_instance,
    range_without_input,
    no_input,
)
"""What takes the place of the functions of the same name."""
