"""Elements of a DMN file with what is foreign left out: diagrams, extensions, tools' own attributes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml import etree


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
        return [child for child in self if child.tag in tags]

    def child(self, *tags: str) -> Node | None:
        """The first direct child with one of these names."""
        return next((child for child in self if child.tag in tags), None)

    def get(self, attribute: str) -> str:
        """An attribute without surrounding space; empty when it isn't there."""
        return str(self.element.get(attribute) or "").strip()

    def text(self) -> str:
        """All text inside, without surrounding space."""
        return "".join(self.element.itertext()).strip()

    def child_text(self, tag: str) -> str:
        """The text of a child; empty when there is no such child."""
        child = self.child(tag)
        return child.text() if child is not None else ""

    def basics(self) -> Basics:
        """The fields that all elements share."""
        return Basics(
            id=self.get("id"),
            name=self.get("name"),
            label=self.get("label"),
            description=self.child_text("description"),
            line=self.line,
        )
