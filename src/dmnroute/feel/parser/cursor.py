"""A Pratt parser's core: a cursor over tokens, and the loop that binds operators by their power."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

from dmnroute.errors import FeelError, Place
from dmnroute.feel import ast
from dmnroute.feel.lexer import Token, TokenKind
from dmnroute.source import Source, Span

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from dataclasses import dataclass

    from dmnroute.feel.ast import Node
    from dmnroute.feel.dialect import Dialect
    from dmnroute.feel.names import KnownNames

MAX_HEIGHT = 100
"""Levels of a syntax tree. Everything that walks a tree may recurse because of it."""

PrefixRule = Callable[["Cursor"], "Node"]
InfixRule = Callable[["Cursor", "Node"], "Node"]


class Power(IntEnum):
    """How tightly an operator binds (DMN 10.3.1.2: the grammar from rule 4 down)."""

    NONE = 0
    OR = 1
    AND = 2
    COMPARISON = 3
    SUM = 4
    PRODUCT = 5
    POWER = 6
    INSTANCE = 7
    NEGATION = 8
    POSTFIX = 9


@dataclass(frozen=True, slots=True)
class Grammar:
    """Which rule reads what; `parser/grammar.py` fills it in."""

    literals: Mapping[TokenKind, PrefixRule]
    prefixes: Mapping[str, PrefixRule]
    infixes: Mapping[str, tuple[Power, InfixRule]]


class Cursor:
    """Where the parser is in the text."""

    def __init__(
        self,
        source: Source,
        tokens: Sequence[Token],
        grammar: Grammar,
        *,
        dialect: Dialect,
        names: KnownNames,
        place: Place,
    ) -> None:
        self.source = source
        self.tokens = tokens
        self.grammar = grammar
        self.dialect = dialect
        self.names = names
        self.place = place
        self.position = 0
        self._depth = 0
        self._tallest = 0
        self._bracket_closes = False
        self._filters: dict[int, bool] = {}
        """Whether the `[` at a position begins a filter, where that had to be tried: each is tried once."""

    # Tokens

    @property
    def token(self) -> Token:
        """The next token."""
        return self.tokens[self.position]

    @property
    def last(self) -> Span:
        """The span of the token read last."""
        return self.tokens[self.position - 1].span

    def peek(self, ahead: int = 1) -> Token:
        """A token further on; END beyond the end."""
        return self.tokens[min(self.position + ahead, len(self.tokens) - 1)]

    def advance(self) -> Token:
        """Read the next token."""
        token = self.token
        if token.kind is not TokenKind.END:
            self.position += 1
        return token

    def at(self, *texts: str) -> bool:
        """Tell whether the next token is one of these words or symbols."""
        token = self.token
        return token.text in texts and token.kind in (TokenKind.NAME, TokenKind.SYMBOL)

    def accept(self, text: str) -> bool:
        """Read the next token if it is this word or symbol."""
        if self.at(text):
            self.advance()
            return True
        return False

    def expect(self, text: str, *, expected: str) -> Token:
        """Read this word or symbol, or say what was expected."""
        if not self.at(text):
            raise self.unexpected(expected)
        return self.advance()

    # Expressions

    def expression(self, power: Power = Power.NONE, *, expected: str = "an expression") -> Node:
        """Read an expression whose operators all bind tighter than the given power."""
        outer, self._tallest = self._tallest, 0
        self._depth += 1
        left = self._prefix(expected, power)
        height = self._checked(self._tallest + 1)
        compared = False
        while (rule := self._infix(power, compared)) is not None:
            self._tallest = height - self._goes_on(left)
            if self._binding() >= Power.COMPARISON:
                self.refuse_range(left)
            compared = compared or self._binding() <= Power.COMPARISON
            left = rule(self, left)
            height = self._checked(self._tallest + 1)
        self._depth -= 1
        self._tallest = max(outer, height)
        return left

    def operand(self, power: Power, *, expected: str) -> Node:
        """Read the right side of an operator."""
        node = self.expression(power, expected=expected)
        self.refuse_range(node)
        return node

    def refuse_range(self, node: Node, *, hint: str = "") -> None:
        """A range is an operand in the standard only."""
        if isinstance(node, ast.RangeLiteral) and not self.dialect.loose_grammar:
            message = "a range can't be an operand in Camunda's FEEL"
            raise self.error(message, node.span, hint=hint or "it can stand after `in`, in a test, and as an argument")

    def refuse_equality(self) -> None:
        """`= 5` is a test in the standard only."""
        if self.at("=", "!=") and not self.dialect.loose_grammar:
            raise self.unexpected("a test", hint="Camunda tests for a value by the value alone: `5`, `not(5)`")

    def enclosed(self, power: Power = Power.NONE, *, expected: str = "an expression") -> Node:
        """Read an expression between brackets, where `[` is a filter again."""
        outer, self._bracket_closes = self._bracket_closes, False
        node = self.expression(power, expected=expected)
        self._bracket_closes = outer
        return node

    def endpoint(self, *, expected: str) -> Node:
        """Read an endpoint of a range, where `[` may end the range."""
        outer, self._bracket_closes = self._bracket_closes, True
        node = self.expression(Power.COMPARISON, expected=expected)
        self._bracket_closes = outer
        return node

    def _prefix(self, expected: str, power: Power) -> Node:
        self._checked(1)
        token = self.token
        if power and token.text in _REACHES_FAR and not self.dialect.loose_grammar and not self._is_name(token):
            raise self.unexpected(expected, hint=f"Camunda wants parentheses around `{token.text}` here")
        rule = self.grammar.literals.get(token.kind)
        if token.kind in (TokenKind.NAME, TokenKind.SYMBOL):
            rule = self.grammar.prefixes.get(token.text, rule)
            if self._is_name(token):
                rule = self.grammar.literals[TokenKind.NAME]
        if rule is None or (token.kind is TokenKind.NAME and not self._may_start(token)):
            raise self.unexpected(expected)
        return rule(self)

    def _is_name(self, token: Token) -> bool:
        """Tell whether a word that looks like syntax is a name here."""
        if token.text not in self.grammar.prefixes:
            return False
        if self.names.longest(self.tokens, self.position):
            return True
        if token.kind is TokenKind.SYMBOL or token.text in self.dialect.reserved:
            return False
        following = self.peek()
        return following.kind is TokenKind.END or following.text in _ENDS_A_NAME

    def _may_start(self, token: Token) -> bool:
        return (
            token.text not in self.dialect.reserved
            or token.text in self.grammar.prefixes
            or self.names.longest(self.tokens, self.position) is not None
        )

    def _infix(self, power: Power, compared: bool) -> InfixRule | None:
        token = self.token
        if token.kind not in (TokenKind.NAME, TokenKind.SYMBOL):
            return None
        binding = self.grammar.infixes.get(token.text)
        if binding is None or binding[0] <= power:
            return None
        if token.text == "[" and self._bracket_closes and not self._is_filter():
            return None
        if compared and binding[0] is Power.COMPARISON and not self.dialect.loose_grammar:
            return None
        return binding[1]

    def _is_filter(self) -> bool:
        """In an endpoint `[` begins a filter if one can be read there; else it ends the range."""
        start = self.position
        if start in self._filters:
            return self._filters[start]
        depth, tallest, names = self._depth, self._tallest, self.names.copy()
        self.advance()
        try:
            self.enclosed()
            found = self.at("]")
        except FeelError:
            found = False
        self.position, self._depth, self._tallest, self.names = start, depth, tallest, names
        self._bracket_closes = True
        self._filters[start] = found
        return found

    def _binding(self) -> Power:
        """How tightly the operator binds that is next."""
        return self.grammar.infixes[self.token.text][0]

    def _goes_on(self, left: Node) -> bool:
        """Tell whether the next operator makes a chain longer: whatever walks a tree takes that as one level."""
        return isinstance(left, ast.Arithmetic) and self.token.text in _CHAINED

    def _checked(self, height: int) -> int:
        if height + self._depth > MAX_HEIGHT:
            raise self.error(
                f"the expression is nested more than {MAX_HEIGHT} levels deep",
                self.token.span,
                code="feel_limit",
            )
        return height

    # Errors

    def unexpected(self, expected: str, *, hint: str = "") -> FeelError:
        """The error that something else stands here than was expected."""
        token = self.token
        found = "the end of the text" if token.kind is TokenKind.END else f"`{token.text}`"
        return self.error(f"expected {expected}, found {found}", token.span, hint=hint or self._hint(token))

    def error(self, message: str, span: Span, *, code: str | None = None, hint: str = "") -> FeelError:
        """An error at a span of this text."""
        place = Place(
            file=self.place.file,
            decision=self.place.decision,
            rule=self.place.rule,
            column=self.place.column,
            source=self.source,
            span=span,
        )
        return FeelError(message, code=code, place=place, hint=hint)

    def _hint(self, token: Token) -> str:
        before = self.tokens[self.position - 1] if self.position else token
        names = (TokenKind.NAME, TokenKind.QUOTED)
        if before is not token and token.kind in names and before.kind in names:
            return "a name with spaces must be a known name, or stand in backticks"
        if token.text == "=" and before.text != "=":
            return ""
        return _HINTS.get(token.text, "")


_REACHES_FAR = ("if", "for", "some", "every")
_CHAINED = ("+", "-", "*", "/", "**")
_ENDS_A_NAME = frozenset(") ] } , . = != < > <= >= + * / ** and or".split())  # noqa: SIM905 -- reads as a list
_HINTS = {
    "=": "compare with a single `=`",
    "'": "text stands in double quotes",
    "&": "write `and`",
    "|": "write `or`",
    "!": "write `not(…)`, or `!=` to compare",
    "%": "write `modulo(a, b)`",
}
