"""Change one cell of a DMN file; everything else, diagrams and comments included, stays as it was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from lxml import etree

from dmnroute.dmn.xml.document import parse
from dmnroute.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator


def replace_cell(
    source: bytes, *, decision: int, kind: Literal["inputEntry", "outputEntry"], rule: int, column: int, text: str
) -> bytes:
    """The file with another text in a cell. Decision, rule and column are counted from 0 in the file's order."""
    root = parse(source, keep_comments=True)
    namespace = etree.QName(root).namespace
    decisions = list(_children(root, namespace, "decision"))
    table = next(decisions[decision].iter(f"{{{namespace}}}decisionTable"))
    rules = list(_children(table, namespace, "rule"))
    cell = list(_children(rules[rule], namespace, kind))[column]
    holder = next(_children(cell, namespace, "text"), None)
    if holder is None:
        holder = etree.SubElement(cell, f"{{{namespace}}}text")
    for child in list(holder):
        holder.remove(child)
    try:
        holder.text = text
    except ValueError as error:
        raise UsageError("a cell can't hold control characters", code="cell_text") from error
    tree = root.getroottree()
    declared = source.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<?xml")
    return bytes(etree.tostring(tree, encoding=tree.docinfo.encoding or "UTF-8", xml_declaration=declared))


def _children(element: etree._Element, namespace: str | None, tag: str) -> Iterator[etree._Element]:
    return (child for child in element if child.tag == f"{{{namespace}}}{tag}")
