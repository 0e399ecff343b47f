"""Elements of a DMN file with what is foreign left out: diagrams, extensions, tools' own attributes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from sys import intern
from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml import etree


_LINE_BREAKS = re.compile(r"\s*[\n\r\t]\s*")
"""Some tools break long names into lines; a name with a space is meant."""


class Basics(TypedDict):
    """The fields that all elements of the model share."""

    id: str
    name: str
    label: str
    description: str
    line: int | None


@dataclass(frozen=True, slots=True)
class Node:
    """One element of the DMN namespace."""

    element: etree._Element
    namespace: str

    @property
    def tag(self) -> str:
        """The name without its namespace."""
        return str(self.element.tag)[len(self.namespace) + 2 :]

    @property
    def line(self) -> int | None:
        """The line in the file, from 1."""
        line = self.element.sourceline
        return None if line is None else int(line)

    def __iter__(self) -> Iterator[Node]:
        prefix = f"{{{self.namespace}}}"
        for child in self.element:
            if isinstance(child.tag, str) and child.tag.startswith(prefix):
                yield Node(child, self.namespace)

    def children(self, *tags: str) -> list[Node]:
        """The direct children with one of these names."""
        return [Node(child, self.namespace) for child in self.element.iterchildren(*self._full(tags))]

    def child(self, *tags: str) -> Node | None:
        """The first direct child with one of these names."""
        child = next(self.element.iterchildren(*self._full(tags)), None)
        return None if child is None else Node(child, self.namespace)

    def _full(self, tags: tuple[str, ...]) -> list[str]:
        return [f"{{{self.namespace}}}{tag}" for tag in tags]

    def get(self, attribute: str) -> str:
        """An attribute without surrounding space; empty when it isn't there."""
        value = self.element.get(attribute)
        return value.strip() if value else ""

    def text(self) -> str:
        """All text inside, without surrounding space."""
        return text_of(self.element)

    def child_text(self, tag: str) -> str:
        """The text of a child; empty when there is no such child."""
        wanted = f"{{{self.namespace}}}{tag}"
        for child in self.element:
            if child.tag == wanted:
                return text_of(child)
        return ""

    def basics(self) -> Basics:
        """The fields that all elements share."""
        return Basics(
            id=self.get("id"),
            name=_LINE_BREAKS.sub(" ", self.get("name")),
            label=self.get("label"),
            description=self.child_text("description"),
            line=self.line,
        )


def text_of(element: etree._Element) -> str:
    """All text inside, without surrounding space. Equal texts, of which tables are full, become one string."""
    if not len(element):
        return intern(str(element.text or "").strip())
    return "".join(element.itertext()).strip()
