"""Functions of strings (DMN 10.3.4.3)."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from dmnroute.feel.builtins.patterns import in_time, parts_between, pattern_of, replacement_of
from dmnroute.feel.builtins.registry import Builtins
from dmnroute.feel.notices import NoticeKind, NoValue, shown

if TYPE_CHECKING:
    from dmnroute.feel.evaluation import Evaluation
    from dmnroute.feel.notices import Site

builtin = Builtins()


@builtin("substring(string: string, start position: number, length?: number | null)")
def substring(string: str, start: Decimal, length: Decimal | None = None) -> str:
    """A part of the string; positions count from 1, negative ones from the end."""
    first = start_index(truncated(start), len(string))
    if length is None:
        return string[first:]
    if length < 1:
        raise NoValue("a length is at least 1", NoticeKind.OUT_OF_DOMAIN)
    return string[first : first + int(min(length, Decimal(len(string))))]


def truncated(value: Decimal) -> int:
    """A position or length without its fraction."""
    if abs(value) > 10**15:
        raise NoValue("a position is not that large", NoticeKind.OUT_OF_DOMAIN)
    return int(value)


def start_index(position: int, length: int) -> int:
    """The index from 0 of a FEEL position in something so long."""
    if position == 0 or abs(position) > length:
        raise NoValue(f"there is no position {position} in a length of {length}", NoticeKind.OUT_OF_DOMAIN)
    return position - 1 if position > 0 else length + position


@builtin("string length(string: string)")
def string_length(string: str) -> Decimal:
    """How many characters it has."""
    return Decimal(len(string))


@builtin("upper case(string: string)")
def upper_case(string: str) -> str:
    """All letters in upper case."""
    return string.upper()


@builtin("lower case(string: string)")
def lower_case(string: str) -> str:
    """All letters in lower case."""
    return string.lower()


@builtin("substring before(string: string, match: string)")
def substring_before(string: str, match: str) -> str:
    """What stands before the first match; empty without one."""
    before, separator, _ = string.partition(match) if match else ("", "", "")
    return before if separator else ""


@builtin("substring after(string: string, match: string)")
def substring_after(string: str, match: str) -> str:
    """What stands after the first match; empty without one."""
    return string.partition(match)[2] if match else string


@builtin("contains(string: string, match: string)")
def contains(string: str, match: str) -> bool:
    """Tell whether the match is somewhere in the string."""
    return match in string


@builtin("starts with(string: string, match: string)")
def starts_with(string: str, match: str) -> bool:
    """Tell whether the string begins with the match."""
    return string.startswith(match)


@builtin("ends with(string: string, match: string)")
def ends_with(string: str, match: str) -> bool:
    """Tell whether the string ends with the match."""
    return string.endswith(match)


@builtin("matches(input: string, pattern: string, flags?: string | null)", evaluation=True)
def matches(evaluation: Evaluation, site: Site, text: str, pattern: str, flags: str | None = None) -> bool:
    """Tell whether the pattern is found somewhere in the input."""
    compiled = pattern_of(pattern, flags or "")
    return in_time(evaluation, site, lambda seconds: compiled.search(text, timeout=seconds) is not None)


@builtin("replace(input: string, pattern: string, replacement: string, flags?: string | null)", evaluation=True)
def replace(
    evaluation: Evaluation, site: Site, text: str, pattern: str, replacement: str, flags: str | None = None
) -> str:
    """Replace every match of the pattern; `$1` is what the first group matched."""
    compiled = pattern_of(pattern, flags or "")
    if compiled.search("") is not None:
        raise NoValue(f"the pattern {shown(pattern)} matches the empty string")
    put = replacement_of(replacement, compiled.groups)
    return in_time(evaluation, site, lambda seconds: str(compiled.sub(put, text, timeout=seconds)))


@builtin("split(string: string, delimiter: string)", evaluation=True)
def split(evaluation: Evaluation, site: Site, string: str, delimiter: str) -> list[str]:
    """The parts between the matches of a pattern."""
    compiled = pattern_of(delimiter, "")
    if compiled.search("") is not None:
        raise NoValue(f"the pattern {shown(delimiter)} matches the empty string")
    return parts_between(evaluation, site, string, compiled)


@builtin("string join(list: list, delimiter?: string | null)")
def string_join(items: list[object], delimiter: str | None = None) -> str:
    """The strings in a row, nulls left out."""
    return (delimiter or "").join(_strings(items))


def _strings(items: list[object]) -> list[str]:
    strings = []
    for item in items:
        if isinstance(item, str):
            strings.append(item)
        elif item is not None:
            raise NoValue("only strings can be joined", NoticeKind.TYPE_MISMATCH)
    return strings
