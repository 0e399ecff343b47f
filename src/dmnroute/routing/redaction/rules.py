"""Which values are replaced.

By default every text that tables don't speak of, and every number under a name or of a form that tells of a person.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fnmatch import fnmatchcase
from functools import cached_property
from typing import Any, TypeAlias

from dmnroute.errors import UsageError
from dmnroute.routing.redaction.telling_names import TELLING_NAMES

Path: TypeAlias = tuple[str, ...]
"""Where a value is, in the names that tables use: `("facts", "customer", "iban")`. Lists add nothing."""

LONGEST_NUMBER = 8
"""Whole numbers of so many digits are phone numbers, accounts or customers more often than quantities."""

_DURATION = re.compile(r"-?P(?=.)(\d+Y)?(\d+M)?(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?")


@dataclass(frozen=True)
class Rules:
    """What somebody wants to be replaced or kept, beside the default; what is to be replaced comes first.

    Each is a name (`iban`, wherever it stands), a path of names (`facts.customer.*`), or to be replaced, a pattern of
    texts between slashes (`/[A-Z]{2}[0-9]{6}/`).
    """

    redact: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    words: frozenset[str] = field(default=frozenset())
    """Texts that stay: those that tables speak of."""

    def __post_init__(self) -> None:
        if pattern := next((rule for rule in self.keep if _is_pattern(rule)), None):
            raise UsageError(f"`{pattern}` is a pattern; what is kept is named by field or path", code="bad_rule")
        assert self._patterns is not None

    def replaces(self, value: Any, paths: Sequence[Path]) -> bool:
        """Whether a value is to be replaced; it is known by several paths, such as `facts.iban` and `steps.…`."""
        if value is None or value == "":
            return False
        if self.asks_for(value, paths):
            return True
        if any(_names(rule, path) for rule in self.keep for path in paths):
            return False
        return self._by_default(value, paths)

    def asks_for(self, value: Any, paths: Sequence[Path]) -> bool:
        """Whether somebody named it."""
        if any(_names(rule, path) for rule in self.redact if not _is_pattern(rule) for path in paths):
            return True
        return isinstance(value, str) and any(pattern.search(value) for pattern in self._patterns)

    def _by_default(self, value: Any, paths: Sequence[Path]) -> bool:
        if isinstance(value, bool):
            return False
        if isinstance(value, str):
            return value not in self.words and not _DURATION.fullmatch(value)
        named = any(_plain(name) in TELLING_NAMES for path in paths for name in path)
        return named or (value == int(value) and abs(value) >= Decimal(10) ** (LONGEST_NUMBER - 1))

    @cached_property
    def _patterns(self) -> tuple[re.Pattern[str], ...]:
        return tuple(_compiled(rule) for rule in self.redact if _is_pattern(rule))


def _is_pattern(rule: str) -> bool:
    return len(rule) > 1 and rule.startswith("/") and rule.endswith("/")


def _compiled(rule: str) -> re.Pattern[str]:
    try:
        return re.compile(rule[1:-1])
    except re.error as error:
        raise UsageError(f"`{rule}` is no pattern: {error}", code="bad_rule") from error


def _names(rule: str, path: Path) -> bool:
    if "." not in rule:
        return any(_plain(rule) == _plain(name) for name in path)
    return any(fnmatchcase(prefix, rule) for prefix in _prefixes(path))


def _prefixes(path: Path) -> Iterator[str]:
    """The path of a value, and those of the contexts around it."""
    for length in range(1, len(path) + 1):
        yield ".".join(path[:length])


def _plain(name: str) -> str:
    return name.replace("_", "").replace("-", "").casefold()
