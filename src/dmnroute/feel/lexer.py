"""Text to tokens (DMN 10.3.1.2, grammar rules 25-35).

A name with spaces or symbols is several tokens here; the parser joins them, as only it knows the names in scope.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from dmnroute.source import Span

_NAME_START = (
    "?A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d\u2070-\u218f"
    "\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_NAME_PART = _NAME_START + "0-9\u00b7\u0300-\u036f\u203f-\u2040"
_SPACE = r"\s\u0085\u00a0\u1680\u180e\u2000-\u200b\u2028\u2029\u202f\u205f\u3000\ufeff"


class TokenKind(Enum):
    """What a token is."""

    NUMBER = "number"
    STRING = "string"
    AT = "at literal"
    NAME = "name"
    QUOTED = "quoted name"
    SYMBOL = "symbol"
    END = "end"


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of text that belongs together."""

    kind: TokenKind
    text: str
    span: Span
    adjacent: bool = False
    """There is no space between this token and the one before."""


class LexicalError(Exception):
    """A text that is no FEEL, already below the grammar."""

    def __init__(self, message: str, span: Span) -> None:
        super().__init__(message)
        self.message = message
        self.span = span


_TOKEN = re.compile(
    rf"""
      (?P<skip>   [{_SPACE}]+ | //[^\n]* | /\*(?s:.*?)\*/ )
    | (?P<NUMBER> (?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)? )
    | (?P<STRING> "(?:[^"\\]|\\(?s:.))*" )
    | (?P<AT>     @[{_SPACE}]*"(?:[^"\\]|\\(?s:.))*" )
    | (?P<QUOTED> `[^`]+` )
    | (?P<NAME>   [{_NAME_START}][{_NAME_PART}]* )
    | (?P<SYMBOL> \.\. | \*\* | <= | >= | != | -> | [^\s] )
    """,
    re.VERBOSE,
)
_UNCLOSED = {'"': "a string", "`": "a quoted name", "@": "a literal", "/*": "a comment"}


def tokens_of(text: str, *, exponents: bool = True) -> list[Token]:
    """All tokens of the text; the last one is END."""
    tokens: list[Token] = []
    position = 0
    end_of_last = -1
    while position < len(text):
        match = _TOKEN.match(text, position)
        assert match is not None  # any character is at least a symbol
        kind, end = str(match.lastgroup), match.end()
        if kind == "NUMBER" and not exponents:
            end = position + len(re.split("[eE]", match[0])[0])
        if kind == "SYMBOL":
            _refuse_unclosed(text, position)
        if kind != "skip":
            span = Span(position, end)
            tokens.append(Token(TokenKind[kind], text[position:end], span, position == end_of_last))
            end_of_last = end
        position = end
    tokens.append(Token(TokenKind.END, "", Span(len(text), len(text))))
    return tokens


def _refuse_unclosed(text: str, position: int) -> None:
    for opening, what in _UNCLOSED.items():
        if text.startswith(opening, position) and (opening != "@" or text[position + 1 :].lstrip().startswith('"')):
            raise LexicalError(f"{what} is opened and never closed", Span(position, position + len(opening)))


_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{6})|([nrt\"'\\]))")
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "'": "'", "\\": "\\"}


def string_value(literal: str, *, unicode_escapes: bool = True) -> str:
    """The string that a literal with its quotes means. An unknown escape such as `\\d` stays as it is."""
    inner = literal[1:-1]
    if "\\" not in inner:
        return inner

    def unescaped(match: re.Match[str]) -> str:
        if match[3]:
            return _ESCAPES[match[3]]
        code = int(match[1] or match[2], 16)
        return chr(code) if unicode_escapes and code <= 0x10FFFF else match[0]

    return _joined_surrogates(_ESCAPE.sub(unescaped, inner))


def _joined_surrogates(text: str) -> str:
    """Two escaped halves of one character become that character; a lone half becomes a replacement character."""
    if text.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
