"""Names with spaces and symbols: the longest name in scope that matches wins (DMN 10.3.1.2, rule 27)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmnroute.feel.lexer import LexicalError, TokenKind, tokens_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dmnroute.feel.lexer import Token


class KnownNames:
    """The names of more than one token that a parser has to recognise."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._by_first: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for name in names:
            self.add(name)

    def copy(self) -> KnownNames:
        """Names of one's own, to add to."""
        copy = KnownNames()
        copy._by_first = {first: list(candidates) for first, candidates in self._by_first.items()}
        return copy

    def add(self, name: str) -> None:
        """Take the name in; names of a single token need no help and are left out."""
        parts = _parts(name)
        if len(parts) < 2:
            return
        candidates = self._by_first.setdefault(parts[0], [])
        if (parts, name) not in candidates:
            candidates.append((parts, name))
            candidates.sort(key=lambda candidate: -len(candidate[0]))

    def longest(self, tokens: Sequence[Token], position: int) -> tuple[str, int] | None:
        """The longest name that starts at the position, and how many tokens it takes."""
        for parts, name in self._by_first.get(tokens[position].text, ()):
            following = tokens[position : position + len(parts)]
            if len(following) == len(parts) and all(
                token.text == part for token, part in zip(following, parts, strict=True)
            ):
                return name, len(parts)
        return None


def _parts(name: str) -> tuple[str, ...]:
    try:
        return tuple(token.text for token in tokens_of(name) if token.kind is not TokenKind.END)
    except LexicalError:
        return ()


def name_text(tokens: Sequence[Token]) -> str:
    """The name that tokens write, with single spaces where the text has any."""
    first, *rest = tokens
    return first.text + "".join(token.text if token.adjacent else f" {token.text}" for token in rest)
