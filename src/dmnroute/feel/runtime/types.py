"""`instance of`, and values that have to fit a type (DMN 10.3.2.9)."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from dmnroute.feel import ast
from dmnroute.feel.notices import NoticeKind, Site
from dmnroute.feel.values.date_time import Date, DateTime, Time
from dmnroute.feel.values.duration import DaysTimeDuration, YearsMonthsDuration
from dmnroute.feel.values.function import Function
from dmnroute.feel.values.range import Range

if TYPE_CHECKING:
    from dmnroute.feel.evaluation import Evaluation

BUILT_IN_TYPES: dict[str, type] = {
    "number": Decimal,
    "string": str,
    "boolean": bool,
    "date": Date,
    "time": Time,
    "date and time": DateTime,
    "dateTime": DateTime,
    "days and time duration": DaysTimeDuration,
    "dayTimeDuration": DaysTimeDuration,
    "day time duration": DaysTimeDuration,
    "years and months duration": YearsMonthsDuration,
    "yearMonthDuration": YearsMonthsDuration,
    "year month duration": YearsMonthsDuration,
    "list": list,
    "context": dict,
    "function": Function,
    "range": Range,
    "Null": type(None),
}


def is_instance(value: object, type_node: ast.TypeNode, evaluation: Evaluation, site: Site) -> bool | None:
    """`value instance of type`; null is an instance of nothing but `Null`."""
    result = matches(value, type_node, evaluation)
    if result is None:
        evaluation.null(NoticeKind.UNKNOWN_NAME, "this type isn't known", site)
    return result


def matches(value: object, type_node: ast.TypeNode, evaluation: Evaluation) -> bool | None:
    """Tell whether the value is of the type; null when the type isn't known."""
    match type_node:
        case ast.NamedType(name="Any"):
            return value is not None
        case ast.NamedType(name=name):
            if known := BUILT_IN_TYPES.get(name):
                return type(value) is known
            own = evaluation.types.get(name)
            return None if own is None else own(value)
        case ast.ListType(item=item):
            return isinstance(value, list) and all(_item_matches(part, item, evaluation) for part in value)
        case ast.RangeType(item=item):
            ends = (value.start, value.end) if isinstance(value, Range) else ()
            return bool(ends) and all(end is None or matches(end, item, evaluation) for end in ends)
        case ast.ContextType(entries=entries):
            return isinstance(value, dict) and all(
                key in value and _item_matches(value[key], entry, evaluation) for key, entry in entries
            )
        case ast.FunctionType(parameters=parameters):
            return isinstance(value, Function) and value.takes(len(parameters))
    return None


def _item_matches(value: object, type_node: ast.TypeNode, evaluation: Evaluation) -> bool:
    """Null fits everywhere inside of a value."""
    return value is None or matches(value, type_node, evaluation) is True


def conformed(value: object, type_node: ast.TypeNode, evaluation: Evaluation) -> tuple[bool, object]:
    """Whether the value fits, and as what: a list of one item may be its item, an item a list (10.3.2.9.4)."""
    if value is None or matches(value, type_node, evaluation) is not False:
        return True, value
    if isinstance(value, list) and len(value) == 1 and matches(value[0], type_node, evaluation):
        return True, value[0]
    if isinstance(type_node, ast.ListType) and _item_matches(value, type_node.item, evaluation):
        return True, [value]
    if type_node == ast.NamedType(type_node.span, "date and time") and isinstance(value, Date):
        return True, DateTime(value, Time(0, 0, 0, offset=0))
    return False, None
