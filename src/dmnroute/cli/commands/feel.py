"""`dmnroute feel`"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from dmnroute.cli import streams
from dmnroute.cli.given import given_input, given_value
from dmnroute.cli.moments import moment
from dmnroute.cli.options import AsJson, GivenInput
from dmnroute.errors import DmnrouteError

if TYPE_CHECKING:
    from dmnroute.feel import Result

PROMPT = "feel> "


def feel(
    expression: Annotated[
        str | None, typer.Argument(metavar="[EXPRESSION]", help="FEEL; without it, lines are read until the end.")
    ] = None,
    input: GivenInput = [],  # noqa: B006 (typer copies it)
    test: Annotated[
        str | None, typer.Option("--test", metavar="JSON", help="Read EXPRESSION as an input cell, and test this.")
    ] = None,
    dialect: Annotated[
        Literal["dmn", "camunda"], typer.Option("--dialect", help="The standard's FEEL, or Camunda 8's.")
    ] = "dmn",
    now: Annotated[
        str | None, typer.Option("--now", metavar="ISO", help="What FEEL's `now()` answers. Default: the time.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Evaluate FEEL expressions, and say why a value is null.

    Without an expression it reads one line after the other, from the terminal or a pipe.

    \b
    Examples:
      dmnroute feel 'sum(prices[item > 10])' --input 'prices=[5, 20, 30]'
      dmnroute feel '[1..5], > 10' --test 3
      dmnroute feel --dialect camunda
    """
    evaluator = _Evaluator(given_input(input), dialect, moment(now) if now else datetime.now(UTC))
    if expression is None:
        _read_lines(evaluator, as_json)
        return
    given = () if test is None else (given_value(test, option="--test"),)
    _show(evaluator.result(expression, *given), as_json)


class _Evaluator:
    """Expressions in one dialect over the same variables."""

    def __init__(self, variables: dict[str, Any], dialect: Literal["dmn", "camunda"], now: datetime) -> None:
        self._variables = variables
        self._dialect = dialect
        self._now = now

    def result(self, text: str, *tested: object) -> Result:
        """The value of an expression; with a value to test, whether it meets the tests."""
        from dmnroute.feel import compile, unary_tests

        if not tested:
            expression = compile(text, dialect=self._dialect, names=self._variables)
            return expression.evaluate(self._variables, now=self._now)
        tests = unary_tests(text, dialect=self._dialect, names=self._variables)
        return tests.evaluate(tested[0], self._variables, now=self._now)


def _read_lines(evaluator: _Evaluator, as_json: bool) -> None:
    """An error of one line doesn't keep the next ones from being read."""
    for line in _lines():
        try:
            _show(evaluator.result(line), as_json)
        except DmnrouteError as error:
            streams.complain(f"error: {error}")


def _lines() -> Any:
    if not sys.stdin.isatty():
        yield from (line.strip() for line in sys.stdin if line.strip())
        return
    while True:
        try:
            line = input(PROMPT)
        except EOFError:
            streams.say()
            return
        if line.strip():
            yield line


def _show(result: Result, as_json: bool) -> None:
    from dmnroute.feel.values import from_python, literal_text, to_json

    value = from_python(result.value)
    if as_json:
        notices = [{"kind": str(notice.kind), "message": str(notice)} for notice in result.notices]
        streams.json_line({"value": to_json(value), "notices": notices})
        return
    streams.say(literal_text(value))
    for notice in result.notices:
        streams.note(f"  {notice}")
