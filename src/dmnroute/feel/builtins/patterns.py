"""Regular expressions: XPath's in the standard, Java's in Camunda. Each has a limit in time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from math import prod
from typing import TYPE_CHECKING, Any, TypeVar

import regex

from dmnroute.feel.evaluation import exceeded
from dmnroute.feel.notices import NoValue, shown

if TYPE_CHECKING:
    from dmnroute.feel.evaluation import Evaluation
    from dmnroute.feel.notices import Site

_FLAGS = {"s": regex.DOTALL, "m": regex.MULTILINE, "i": regex.IGNORECASE}
_LONGEST_PATTERN = 10_000
_MOST_REPEATS = 100_000
_REPEAT = regex.compile(r"\{\s*([0-9]{1,18})")
T = TypeVar("T")


@lru_cache(maxsize=512)
def pattern_of(text: str, flags: str) -> Any:
    """The compiled pattern of an XPath regular expression; NoValue when it is none."""
    if unknown := set(flags) - set("smix"):
        raise NoValue(f"there is no flag `{min(unknown)}`; there are `s`, `m`, `i` and `x`")
    _check_size(text)
    from elementpath.regex import RegexError, translate_pattern  # takes 0.2 seconds: only who needs it waits

    bits = 0
    for flag in flags.replace("x", ""):
        bits |= _FLAGS[flag]
    try:
        python = translate_pattern(_without_space(text) if "x" in flags else text, flags=bits)
        return regex.compile(python, bits)
    except (RegexError, regex.error, RecursionError, OverflowError) as error:
        raise NoValue(f"{shown(text)} is no regular expression: {error}") from None


def _without_space(pattern: str) -> str:
    """The pattern under flag `x`: space counts in classes only."""
    kept: list[str] = []
    in_class = 0
    escaped = False
    for letter in pattern:
        if not escaped:
            in_class += (letter == "[") - (letter == "]" and in_class > 0)
        if in_class or not letter.isspace():
            kept.append(letter)
        escaped = letter == "\\" and not escaped
    return "".join(kept)


def _check_size(pattern: str) -> None:
    """Refuse what would fill the memory: `a{9999}` is compiled to that many copies."""
    if len(pattern) > _LONGEST_PATTERN:
        raise NoValue(f"a pattern has at most {_LONGEST_PATTERN:,} characters")
    repeats = (int(digits) for digits in _REPEAT.findall(pattern))
    if prod(repeat for repeat in repeats if repeat) > _MOST_REPEATS:
        raise NoValue(f"the counts of a pattern multiply to more than {_MOST_REPEATS:,}")


_QUOTATION = regex.compile(r"\\Q(.*?)(?:\\E|\Z)", regex.DOTALL)


@lru_cache(maxsize=512)
def java_pattern_of(text: str, flags: str) -> Any:
    """The compiled pattern of a Java regular expression; unknown flags are ignored.

    Java's classes such as `\\w` are those of ASCII, and `[a-z&&[^b]]` is an intersection.
    """
    _check_size(text)
    text = _QUOTATION.sub(lambda match: regex.escape(match[1]), text)
    bits = regex.V1 | regex.ASCII
    for flag in set(flags) & set("smix"):
        bits |= regex.VERBOSE if flag == "x" else _FLAGS[flag]
    try:
        return regex.compile(text, bits)
    except (regex.error, RecursionError, OverflowError) as error:
        raise NoValue(f"{shown(text)} is no regular expression: {error}") from None


def replacement_of(text: str, groups: int) -> Callable[[Any], str]:
    """What a replacement with `$1` stands for (XPath `fn:replace`)."""
    parts: list[str | int] = []
    position = 0
    while position < len(text):
        letter = text[position]
        following = text[position + 1 : position + 2]
        if letter == "\\":
            if following not in ("\\", "$"):
                raise NoValue("in a replacement, `\\` stands before `\\` or `$` only")
            parts.append(following)
            position += 2
        elif letter == "$":
            number, position = _group(text, position + 1, groups)
            parts.append(number)
        else:
            parts.append(letter)
            position += 1
    return lambda match: "".join(part if isinstance(part, str) else _matched(match, part) for part in parts)


def _group(text: str, position: int, groups: int) -> tuple[int, int]:
    """The number of a group: as many digits as there can be groups."""
    end = position + 1
    if not text[position:end].isdecimal():
        raise NoValue("in a replacement, `$` stands before the number of a group only")
    while text[end : end + 1].isdecimal() and int(text[position : end + 1]) <= groups:
        end += 1
    return int(text[position:end]), end


def _matched(match: Any, group: int) -> str:
    return (match[group] or "") if group <= match.re.groups else ""


def in_time(evaluation: Evaluation, site: Site, work: Callable[[float], T]) -> T:
    """Do work with a regular expression, or say that it takes too long."""
    evaluation.check_time(site)
    seconds = evaluation.limits.regex_seconds
    try:
        return work(seconds)
    except TimeoutError:
        raise exceeded(f"a regular expression takes longer than {seconds} seconds", site) from None


def java_replacement_of(text: str, groups: int, names: Mapping[str, int]) -> Callable[[Any], str]:
    """What a replacement of Java's stands for: `$1`, `${name}`; a group that isn't there is an error."""
    named = regex.sub(r"\$\{([A-Za-z][A-Za-z0-9]*)\}", lambda match: f"${names.get(match[1], groups + 1)}", text)
    for number in regex.findall(r"(?<!\\)\$([0-9])", named):
        if int(number) > groups:
            raise NoValue(f"there is no group {number} in the pattern")
    return replacement_of(named, groups)


def java_parts_between(evaluation: Evaluation, site: Site, string: str, pattern: Any) -> list[str]:
    """The parts as Java's `split` makes them: an empty match at the start parts nothing."""
    parts = parts_between(evaluation, site, string, pattern)
    at_start = pattern.match(string)
    return parts[1:] if len(parts) > 1 and at_start is not None and not at_start[0] else parts


def parts_between(evaluation: Evaluation, site: Site, string: str, pattern: Any) -> list[str]:
    """The parts of a string between the matches of a compiled pattern."""

    def parts(seconds: float) -> list[str]:
        found = [match.span() for match in pattern.finditer(string, timeout=seconds)]
        starts = [0, *(end for _, end in found)]
        ends = [*(start for start, _ in found), len(string)]
        return [string[start:end] for start, end in zip(starts, ends, strict=True)]

    return in_time(evaluation, site, parts)
