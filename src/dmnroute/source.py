"""Text that a person wrote, and places in it. Imports nothing of the project."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open range of character offsets, ``start <= offset < end``."""

    start: int
    end: int

    def to(self, other: Span) -> Span:
        """The span from the start of this one to the end of the other."""
        return Span(self.start, max(self.end, other.end))


@dataclass(frozen=True, slots=True)
class Source:
    """A text with the name of the file it came from (empty when it has none)."""

    text: str
    name: str = ""

    def line_and_column(self, offset: int) -> tuple[int, int]:
        """The line and column of an offset, both counted from 1."""
        before = self.text[:offset]
        return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1

    def excerpt(self, span: Span, *, indent: str = "  ") -> str:
        """The line that holds the start of the span, with carets under what is meant.

        Long lines are cut around the place, so that the carets stay on the screen.
        """
        line_number, column = self.line_and_column(span.start)
        line = self.text.split("\n")[line_number - 1].replace("\t", " ").rstrip("\r")
        first = column - 1
        width = max(1, min(span.end, span.start + len(line) - first) - span.start)
        if len(line) > _LONGEST_LINE:
            cut = max(0, first - _LONGEST_LINE // 2)
            line, first = line[cut : cut + _LONGEST_LINE], first - cut
            width = max(1, min(width, len(line) - first))
        return f"{indent}{line}\n{indent}{' ' * first}{'^' * width}"


_LONGEST_LINE = 100
