"""Change one cell of a DMN file and no other byte, so that a version control system shows one changed line."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal
from xml.parsers import expat
from xml.sax.saxutils import escape

from dmnroute.dmn.xml.document import parse
from dmnroute.errors import UsageError

_SEPARATOR = " "
_CONTROL = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell, counted from 0 in the order of the file."""

    decision: int
    kind: Literal["inputEntry", "outputEntry"]
    rule: int
    column: int


def replace_cell(source: bytes, cell: Cell, text: str) -> bytes:
    """The file with another text in a cell. Raises UsageError (`cell_text`) for what XML can't hold."""
    if _CONTROL.search(text):
        raise UsageError("a cell can't hold control characters", code="cell_text")
    encoding = str(parse(source).getroottree().docinfo.encoding or "UTF-8")
    if encoding.upper().startswith(("UTF-16", "UTF-32", "UCS")):
        source, encoding = source.decode(encoding).partition("?>")[2].encode(), "UTF-8"
    found = _Finder(cell).find(source)
    written = escape(text).encode(encoding, "xmlcharrefreplace")
    if found.text:
        return _fill(source, found.text, written)
    start, _ = found.cell
    prefix, colon, _ = _tag_name(source, start).rpartition(b":")
    name = prefix + colon + b"text"
    return _fill(source, found.cell, b"<" + name + b">" + written + b"</" + name + b">")


def _fill(source: bytes, element: tuple[int, int], content: bytes) -> bytes:
    """Replace what is between an element's tags; the element is given by where its tags begin."""
    start, end = element
    after_tag = _end_of_tag(source, start)
    if source[after_tag - 2 : after_tag] == b"/>":
        tag = source[start:after_tag].rstrip(b"/> \t\r\n")
        return source[:start] + tag + b">" + content + b"</" + _tag_name(source, start) + b">" + source[after_tag:]
    return source[:after_tag] + content + source[end:]


def _tag_name(source: bytes, start: int) -> bytes:
    match = re.compile(rb"<([^\s/>]+)").match(source, start)
    assert match is not None
    return match[1]


def _end_of_tag(source: bytes, start: int) -> int:
    """Where the tag that begins here has ended; `>` may stand in an attribute."""
    match = re.compile(rb"<(?:[^\"'>]|\"[^\"]*\"|'[^']*')*>").match(source, start)
    assert match is not None
    return match.end()


@dataclass(slots=True)
class _Finder:
    """Walks through the file up to a cell, and notes where its tags and those of its text begin."""

    wanted: Cell
    path: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    table_depth: int = 0
    cell: tuple[int, int] = (-1, -1)
    text: tuple[int, int] | None = None

    def find(self, source: bytes) -> _Finder:
        parser = expat.ParserCreate(namespace_separator=_SEPARATOR)
        parser.StartElementHandler = lambda name, _: self._start(name, parser.CurrentByteIndex)
        parser.EndElementHandler = lambda _: self._end(parser.CurrentByteIndex)
        parser.Parse(source, True)
        return self

    def _start(self, name: str, position: int) -> None:
        tag = name.rpartition(_SEPARATOR)[2]
        self.path.append(tag)
        depth = len(self.path)
        if depth == 2 and tag == "decision":
            self._count("decision")
        elif tag == "decisionTable" and not self.table_depth and self.counts.get("decision") == self.wanted.decision:
            self.table_depth = depth
        elif self.table_depth and depth == self.table_depth + 1 and tag == "rule":
            self._count("rule")
        elif self._in_rule(depth) and tag == self.wanted.kind:
            self._count("cell")
            if self.counts["cell"] == self.wanted.column:
                self.cell = (position, -1)
        elif depth == self.table_depth + 3 and tag == "text" and self._is_open():
            self.text = (position, -1)

    def _end(self, position: int) -> None:
        depth = len(self.path)
        if self.text is not None and self.text[1] < 0 and depth == self.table_depth + 3:
            self.text = (self.text[0], position)
        elif self._is_open() and depth == self.table_depth + 2:
            self.cell = (self.cell[0], position)
        elif self.table_depth and depth == self.table_depth:
            self.table_depth = -1
        self.path.pop()

    def _in_rule(self, depth: int) -> bool:
        inside = self.table_depth > 0 and depth == self.table_depth + 2
        return inside and self.counts.get("rule") == self.wanted.rule

    def _is_open(self) -> bool:
        return self.cell[0] >= 0 > self.cell[1]

    def _count(self, what: str) -> None:
        self.counts[what] = self.counts.get(what, -1) + 1
