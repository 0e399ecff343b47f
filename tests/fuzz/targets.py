"""What is fuzzed: each target takes any bytes, and ends with a value or a named error, soon."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Literal, cast

from dmnroute.dmn import load
from dmnroute.errors import DmnrouteError, FeelError
from dmnroute.feel import Limits, compile, unary_tests
from dmnroute.feel.lexer import LexicalError, TokenKind, tokens_of
from dmnroute.feel.printer import text_of

Dialect = Literal["dmn", "camunda"]
LIMITS = Limits(steps=2_000, size=2_000, characters=20_000, regex_seconds=0.05)
SCOPE = {"a": 1, "b": [1, None, {"a": "x"}], "first name": "Ada", "s": "abc"}


def _text(data: bytes) -> tuple[Dialect, str]:
    """The first byte chooses the dialect."""
    dialect = "camunda" if data[:1] and data[0] % 2 else "dmn"
    return cast("Dialect", dialect), data[1:].decode("utf-8", "replace")


def lexer(data: bytes) -> None:
    """Tokens cover the text in its order."""
    _, text = _text(data)
    try:
        tokens = tokens_of(text)
    except LexicalError:
        return
    ends = [token.span.end for token in tokens]
    assert ends == sorted(ends)
    assert tokens[-1].kind is TokenKind.END
    assert all(text[token.span.start : token.span.end] == token.text for token in tokens)


def expression(data: bytes) -> None:
    """An expression is read, printed, read again to the same tree, and evaluated within limits."""
    dialect, text = _text(data)
    try:
        read = compile(text, dialect=dialect, names=("first name",))
    except FeelError:
        return
    if dialect == "dmn":
        assert compile(text_of(read.tree), names=("first name",)).tree == read.tree
    with suppress(FeelError):
        read.evaluate(SCOPE, limits=LIMITS)


def unary(data: bytes) -> None:
    """Tests are read, and are met, not met, or neither."""
    dialect, text = _text(data)
    try:
        result = unary_tests(text, dialect=dialect, names=("first name",)).evaluate(5, SCOPE, limits=LIMITS)
    except FeelError:
        return
    assert result.value in (True, False, None)


def xml(data: bytes) -> None:
    """A file is loaded, and its decisions evaluated, or it is refused."""
    try:
        model = load(data, name="fuzz.dmn")
        for decision in model.decisions.values():
            decision.evaluate(SCOPE)
    except DmnrouteError:
        return


TARGETS: dict[str, Callable[[bytes], None]] = {
    "lexer": lexer,
    "expression": expression,
    "unary_tests": unary,
    "xml": xml,
}
"""By the folder of their corpus."""
