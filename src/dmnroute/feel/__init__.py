"""FEEL, the expression language of DMN: read an expression once, evaluate it many times.

>>> from dmnroute.feel import compile
>>> compile("if amount > 100 then \\"large\\" else \\"small\\"").evaluate({"amount": 250}).value
'large'
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmnroute.errors import NOWHERE, Place
from dmnroute.feel.evaluation import Evaluation, Limits
from dmnroute.feel.expression import Expression, Result, UnaryTests
from dmnroute.feel.notices import Notice, NoticeKind
from dmnroute.feel.references import Reference
from dmnroute.feel.values import Function

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dmnroute.feel.dialect import DialectName

__all__ = [
    "Evaluation",
    "Expression",
    "Function",
    "Limits",
    "Notice",
    "NoticeKind",
    "Reference",
    "Result",
    "UnaryTests",
    "compile",
    "unary_tests",
]


def compile(
    text: str, *, dialect: DialectName = "dmn", names: Iterable[str] = (), place: Place = NOWHERE
) -> Expression:
    """Read an expression. `names` are the names in scope, needed for those with spaces or symbols.

    FeelError when it can't be read.
    """
    return Expression(text, dialect=dialect, names=names, place=place)


def unary_tests(
    text: str, *, dialect: DialectName = "dmn", names: Iterable[str] = (), place: Place = NOWHERE
) -> UnaryTests:
    """Read the tests of an input entry; `-` and blank text are always met. FeelError when they can't be read."""
    return UnaryTests(text, dialect=dialect, names=names, place=place)
