"""Read the plain cells that tables are mostly made of, without the parser: `"a", "b"`, `>= 5`, `[1..5)`, `not(3)`.

What is read here means the same to the parser in every dialect; everything else is left to it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dmnroute.dmn.index.cells import Test, cell_of
from dmnroute.feel import unary_tests
from dmnroute.feel.values.number import CONTEXT, number

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dmnroute.dmn.index.cells import Cell
    from dmnroute.dmn.model import Dialect
    from dmnroute.feel import Evaluation, Reference, UnaryTests
    from dmnroute.feel.values import Value

_NUMBER = r"-?(?:[0-9]{1,18}\.[0-9]{1,15}|[0-9]{1,18})"
_STRING = r'"[^"\\\r\n]*"'
_LITERAL = rf"(?:{_NUMBER}|{_STRING}|true|false|null)"
_TEST = re.compile(
    rf"""
      (?P<operator> <= | >= | < | > ) \ * (?P<bound> {_NUMBER} )
    | (?P<open> [\[\](] ) \ * (?P<low> {_NUMBER} ) \ * \.\. \ * (?P<high> {_NUMBER} ) \ * (?P<close> [\])\[] )
    | (?P<literal> {_LITERAL} )
    """,
    re.VERBOSE,
)
_ALONE = re.compile(_LITERAL)
_NEXT = re.compile(" *, *")
_WORDS: Mapping[str, bool | None] = {"true": True, "false": False, "null": None}


@dataclass(slots=True)
class PlainTests:
    """A cell that was understood without the parser; compiled like any other when it has to run."""

    text: str
    dialect: Dialect
    cell: Cell
    _compiled: UnaryTests | None = None

    @property
    def references(self) -> tuple[Reference, ...]:
        """It reads nothing."""
        return ()

    def run(self, input_value: Value, scope: Mapping[str, Value], evaluation: Evaluation) -> bool | None:
        """Test an input that is a FEEL value in a running evaluation, which takes the notices."""
        if self._compiled is None:
            self._compiled = unary_tests(self.text, dialect=self.dialect)
        return self._compiled.run(input_value, scope, evaluation)


def plain_tests(text: str, dialect: Dialect) -> PlainTests | None:
    """The tests of a plain cell; null when it is none."""
    negated = text.startswith("not(") and text.endswith(")")
    tests = _tests(text[4:-1].strip(" ") if negated else text)
    cell = cell_of(tests, negated=negated) if tests else None
    return None if cell is None else PlainTests(text, dialect, cell)


def _tests(text: str) -> list[Test]:
    """All tests of the text; none when there is more in it."""
    tests: list[Test] = []
    position = 0
    while match := _TEST.match(text, position):
        tests.append(_test(match))
        if match.end() == len(text):
            return tests
        comma = _NEXT.match(text, match.end())
        if comma is None:
            break
        position = comma.end()
    return []


def _test(match: re.Match[str]) -> Test:
    if match["operator"]:
        return Test(match["operator"], _number(match["bound"]))
    if match["open"]:
        low, high = _number(match["low"]), _number(match["high"])
        return Test("..", low, high, match["open"] == "[", match["close"] == "]")
    value = plain_value(match["literal"])
    return Test("null") if value is None else Test("=", value)


def is_plain(text: str) -> bool:
    """Whether an expression is nothing but a literal that can be read here."""
    return _ALONE.fullmatch(text) is not None


def plain_value(literal: str) -> Value:
    """The value of a plain literal."""
    if literal in _WORDS:
        return _WORDS[literal]
    return literal[1:-1] if literal[0] == '"' else _number(literal)


def _number(digits: str) -> Value:
    value = number(digits.lstrip("-"))
    return value if digits[0] != "-" or value is None else CONTEXT.minus(value)
