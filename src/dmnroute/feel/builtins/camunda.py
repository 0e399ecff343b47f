"""Functions that Camunda's FEEL adds to the standard, and further forms of those that it has."""

from __future__ import annotations

import base64
import binascii
import json
from decimal import Decimal
from typing import TYPE_CHECKING

from dmnroute.errors import FeelError, Place
from dmnroute.feel.builtins.context import context_merge, context_put, get_value
from dmnroute.feel.builtins.conversion import number as standard_number
from dmnroute.feel.builtins.conversion import plain_number, written_within_limits
from dmnroute.feel.builtins.list import distinct, every, some
from dmnroute.feel.builtins.number import absolute
from dmnroute.feel.builtins.patterns import in_time, java_parts_between, java_pattern_of, java_replacement_of
from dmnroute.feel.builtins.registry import Builtins
from dmnroute.feel.builtins.string import string_join
from dmnroute.feel.notices import Fails, NoticeKind, NoValue
from dmnroute.feel.runtime.equality import CAMUNDA
from dmnroute.feel.values.calendar import days_of_month, zone
from dmnroute.feel.values.camunda_json import write_camunda_json
from dmnroute.feel.values.date_time import Date, DateTime, Time
from dmnroute.feel.values.python import from_python
from dmnroute.source import Source

if TYPE_CHECKING:
    from dmnroute.feel.evaluation import Evaluation
    from dmnroute.feel.notices import Site

builtin = Builtins()

_NO_RANDOMNESS = "a decision gives the same answer each time it is taken, so there is no randomness"


@builtin("is defined(value: Any)")
def is_defined(value: object) -> bool:
    """Tell whether the value isn't null."""
    return value is not None


@builtin("get or else(value: Any, default: Any)")
def get_or_else(value: object, default: object) -> object:
    """The value, or the default for null."""
    return default if value is None else value


@builtin("assert(value: Any, condition: Any, cause?: Any)", evaluation=True)
def assertion(evaluation: Evaluation, site: Site, value: object, condition: object, cause: object = None) -> object:
    """The value; without a condition that is true, the evaluation fails."""
    if condition is True:
        return value
    message = cause if isinstance(cause, str) and cause else "the condition of `assert` is not true"
    place = Place(source=Source(site.text), span=site.span)
    raise FeelError(message, code="feel_assert", place=place)


@builtin("extract(input: string, pattern: string)", evaluation=True)
def extract(evaluation: Evaluation, site: Site, text: str, pattern: str) -> list[str]:
    """All matches of the pattern."""
    compiled = java_pattern_of(pattern, "")
    return in_time(evaluation, site, lambda seconds: [match[0] for match in compiled.finditer(text, timeout=seconds)])


@builtin("matches(input: string, pattern: string, flags?: string)", evaluation=True)
def matches(evaluation: Evaluation, site: Site, text: str, pattern: str, flags: str = "") -> bool:
    """Tell whether the Java pattern is found somewhere in the input."""
    compiled = java_pattern_of(pattern, flags)
    return in_time(evaluation, site, lambda seconds: compiled.search(text, timeout=seconds) is not None)


@builtin("replace(input: string, pattern: string, replacement: string, flags?: string)", evaluation=True)
def replace(evaluation: Evaluation, site: Site, text: str, pattern: str, replacement: str, flags: str = "") -> str:
    """Replace every match of the Java pattern; `$1` is what the first group matched."""
    compiled = java_pattern_of(pattern, flags)
    put = java_replacement_of(replacement, compiled.groups, compiled.groupindex)
    return in_time(evaluation, site, lambda seconds: str(compiled.sub(put, text, timeout=seconds)))


@builtin("split(string: string, delimiter: string)", evaluation=True)
def split(evaluation: Evaluation, site: Site, string: str, delimiter: str) -> list[str]:
    """The parts between the matches of a Java pattern."""
    return java_parts_between(evaluation, site, string, java_pattern_of(delimiter, ""))


@builtin("trim(string: string)")
def trim(string: str) -> str:
    """The string without space around it."""
    return string.strip()


@builtin("is blank(string: string)")
def is_blank(string: str) -> bool:
    """Tell whether there is nothing but space."""
    return not string.strip()


@builtin("uuid()", "random number()")
def randomness() -> object:
    """Randomness, which a decision can't have."""
    raise NoValue(_NO_RANDOMNESS)


@builtin("to base64(value: string)")
def to_base64(value: str) -> str:
    """The UTF-8 of the text in Base64."""
    return base64.b64encode(value.encode()).decode()


@builtin("from base64(value: string)")
def from_base64(value: str) -> str:
    """The text of Base64."""
    try:
        return base64.b64decode(value, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise NoValue("this is no Base64 of a text") from None


@builtin("string join(list: list, delimiter: string | null, prefix: string, suffix: string)")
def string_join_within(items: list[object], delimiter: str | None, prefix: str, suffix: str) -> str:
    """The strings in a row, between a prefix and a suffix."""
    return f"{prefix}{string_join(items, delimiter)}{suffix}"


@builtin("duplicate values(list: list)", evaluation=True)
def duplicate_values(evaluation: Evaluation, site: Site, items: list[object]) -> list[object]:
    """Each value that is there more than once, once, at its first place."""
    evaluation.step(site, len(items) * len(items))
    repeated = [item for position, item in enumerate(items) if CAMUNDA.contains(items[position + 1 :], item)]
    return distinct(repeated, evaluation, site, CAMUNDA)


@builtin("is empty(list: list)")
def is_empty(items: list[object]) -> bool:
    """Tell whether there is no item."""
    return not items


@builtin("partition(list: list, size: number)")
def partition(items: list[object], size: Decimal) -> list[list[object]]:
    """The list in pieces of that size."""
    if size < 1:
        raise NoValue("a size is at least 1", NoticeKind.OUT_OF_DOMAIN)
    step = int(min(size, Decimal(len(items) or 1)))
    return [items[start : start + step] for start in range(0, len(items), step)]


builtin("abs(number: number | duration)")(absolute)


builtin("and(list: list)", "and(b: Any…)")(every)
builtin("or(list: list)", "or(b: Any…)")(some)
builtin("put(context: context, key: string, value: Any)")(context_put)


@builtin("put all(context: context…)", "context merge(context: context…)")
def put_all(*contexts: dict[str, object]) -> dict[str, object]:
    """All entries in one context."""
    return {key: value for context in contexts for key, value in context.items()}


builtin("put all(contexts: list)")(context_merge)


@builtin("context(entries: list)")
def context(entries: list[object]) -> dict[str, object]:
    """The context of entries that have a `key` and a `value`; of a key that is there twice, the last."""
    result: dict[str, object] = {}
    for entry in entries:
        if not isinstance(entry, dict) or not isinstance(entry.get("key"), str) or "value" not in entry:
            raise NoValue("an entry is a context with a text `key` and a `value`")
        result[entry["key"]] = entry["value"]
    return result


@builtin("context put(context: context, keys: list, value: Any)", "put(context: context, key: list, value: Any)")
def context_put_at(context: dict[str, object], keys: list[object], value: object) -> dict[str, object]:
    """The context with a value set along a path of keys; what isn't a context on the way is replaced by one."""
    if not keys or not all(isinstance(key, str) for key in keys):
        raise NoValue("keys are strings, at least one", NoticeKind.TYPE_MISMATCH)
    first, *rest = keys
    inner = context.get(str(first))
    below = inner if isinstance(inner, dict) else {}
    return {**context, str(first): context_put_at(below, rest, value) if rest else value}


@builtin("get value(context: context, keys: list)")
def get_nested_value(context: dict[str, object], keys: list[object]) -> object:
    """The value at the end of a path of keys."""
    if not keys:
        raise NoValue("there is no key", NoticeKind.UNKNOWN_KEY)
    value: object = context
    for key in keys:
        if not isinstance(value, dict) or not isinstance(key, str):
            raise NoValue("the path leads nowhere", NoticeKind.UNKNOWN_KEY)
        value = get_value(value, key)
    return value


@builtin("number(from: string)")
def number(text: str) -> Decimal:
    """Read a number."""
    return plain_number(text, text)


@builtin("number(from: string, grouping separator: string)")
def number_with_grouping(text: str, grouping: str) -> Decimal:
    """Read a number whose digits are grouped."""
    return (
        standard_number(text.replace(".", ""), None, ".") if grouping == "." else standard_number(text, grouping, ".")
    )


@builtin("date and time(date: date and time, time: string)")
def date_time_in_zone(moment: DateTime, timezone: str) -> DateTime:
    """A local moment in the zone, or the same instant as seen there; Camunda calls the zone `time`, too."""
    if zone(timezone) is None:
        raise Fails(f"there is no time zone `{timezone}`")
    clock = moment.time
    if clock.is_local:
        return DateTime(moment.date, _in_zone(clock, timezone))
    utc = DateTime(Date(1970, 1, 1), Time(0, 0, 0, zone=timezone))
    seen = utc.plus_nanoseconds(moment.instant - utc.instant)
    if seen is None:
        raise NoValue("the moment is beyond the calendar", NoticeKind.OUT_OF_DOMAIN)
    return seen


def _in_zone(clock: Time, timezone: str) -> Time:
    return Time(clock.hour, clock.minute, clock.second, clock.nanosecond, zone=timezone)


@builtin("last day of month(date: date | date and time)")
def last_day_of_month(value: Date | DateTime) -> Date:
    """The last day of that month."""
    date = value.date if isinstance(value, DateTime) else value
    return Date(date.year, date.month, days_of_month(date.year, date.month))


@builtin("from json(json: string)")
def from_json(text: str) -> object:
    """The value of a JSON text."""
    try:
        return from_python(json.loads(text, parse_float=Decimal, parse_constant=_no_constant))
    except (ValueError, RecursionError):
        raise NoValue("this is no JSON") from None


def _no_constant(name: str) -> object:
    raise ValueError(name)


@builtin("to json(value: Any)", evaluation=True)
def as_json(evaluation: Evaluation, site: Site, value: object) -> str:
    """The JSON text of a value."""
    return written_within_limits(value, write_camunda_json, evaluation, site)
