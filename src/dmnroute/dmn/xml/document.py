"""Turn bytes into an XML tree without trusting them: no DTD, no entities, no network, a size limit."""

from __future__ import annotations

import re

from lxml import etree

from dmnroute.dmn.xml.namespaces import DMN_VERSIONS
from dmnroute.errors import Place, TableError
from dmnroute.source import Source, Span

MAX_BYTES = 16_000_000
"""The largest file that is read; a table of 10,000 rules and ten columns has about 8 MB."""

MAX_DEPTH = 256
"""Elements inside of each other; the limit of libxml2."""


def parse(source: bytes | str, *, file: str = "", keep_comments: bool = False) -> etree._Element:
    """Read a DMN file's root element. Raises TableError (`xml_*`) for what isn't a harmless DMN file."""
    data = source.encode() if isinstance(source, str) else source
    if len(data) > MAX_BYTES:
        message = f"the file has {len(data):,} bytes; the most that is read is {MAX_BYTES:,}"
        raise TableError(message, code="xml_size", place=Place(file))
    if not data.strip():
        raise TableError("the file is empty", code="xml_syntax", place=Place(file))
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=not keep_comments,
        remove_pis=not keep_comments,
        encoding="utf-8" if isinstance(source, str) else None,
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise _syntax_error(error, data, file) from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise _dtd_error(file)
    _require_dmn(root, file)
    return root


def _syntax_error(error: etree.XMLSyntaxError, data: bytes, file: str) -> TableError:
    if b"<!ENTITY" in data.replace(b"\0", b""):
        return _dtd_error(file)
    line, column = error.position
    if "excessive depth" in (error.msg or "").lower():
        return _depth_error(file, line)
    reason = re.sub(r", line \d+, column \d+.*$", "", error.msg or "").strip()
    text = data.decode("utf-8", errors="replace").split("\n")
    source, span = None, None
    if 0 < line <= len(text):
        source = Source(text[line - 1])
        start = min(max(0, column - 1), max(0, len(source.text) - 1))
        span = Span(start, start + 1)
    message = f"the file isn't well-formed XML, line {line}: {reason[:1].lower()}{reason[1:]}"
    return TableError(message, code="xml_syntax", place=Place(file, source=source, span=span))


def _depth_error(file: str, line: int) -> TableError:
    message = f"elements are nested more than {MAX_DEPTH} levels deep (line {line})"
    return TableError(message, code="xml_depth", place=Place(file))


def _dtd_error(file: str) -> TableError:
    return TableError(
        "the file declares a document type or entities (`<!DOCTYPE`), which isn't read",
        code="xml_dtd",
        place=Place(file),
        hint="DMN files need none; remove the declaration",
    )


def _require_dmn(root: etree._Element, file: str) -> None:
    name = etree.QName(root)
    if name.localname == "definitions" and name.namespace in DMN_VERSIONS:
        return
    written = f"{{{name.namespace}}}{name.localname}" if name.namespace else name.localname
    known = ", ".join(sorted(set(DMN_VERSIONS.values())))
    raise TableError(
        f"not a DMN model: the outermost element is `{written}`",
        code="xml_not_dmn",
        place=Place(file),
        hint=f"`definitions` of DMN {known} are read",
    )
