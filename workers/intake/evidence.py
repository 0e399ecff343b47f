"""Where a text gives evidence of something, whether or not an extractor can make an entity of it.

The patterns are wide and cheap, so that the share of evidence that ended as an entity says how much was missed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import get_args

from .entities import EvidenceType

LONGEST_LINE = 400
"""Only so much of a line is looked at: minified data has lines of megabytes."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A line that gives evidence of one type."""

    type: EvidenceType
    start: int
    end: int
    strength: float
    """1 for an explicit mark such as `Copyright 2024`, less for a hint."""


def evidence_lines(text: str) -> list[Evidence]:
    """All lines with evidence, line by line in the order of the text."""
    found: list[Evidence] = []
    in_copyright_field = False
    for start, line in lines(text):
        in_copyright_field = _continues_field(line, in_copyright_field)
        for kind in get_args(EvidenceType):
            strength = _STRENGTHS[kind](line)
            if kind == "holder" and in_copyright_field and line[0] in " \t" and not strength:
                strength = _continuation_strength(line)
            if strength:
                found.append(Evidence(kind, start, start + len(line), strength))
    return found


def lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines of a text with their offsets, long ones cut."""
    start = 0
    for line in text.split("\n"):
        yield start, line[:LONGEST_LINE]
        start += len(line) + 1


COPYRIGHT_FIELD = re.compile(r"Copyright:", re.IGNORECASE)

_NOBODY = re.compile(r"Copyright:\s*(?:none|nobody|no|unknown|see|public[- ]domain|not applicable)\b", re.I)

_EXPLICIT_HOLDER = re.compile(r"(?:copyright|©|\(c\))[^a-z\n]{0,40}\d{4}|\b\d{4}\W{1,3}copyright", re.IGNORECASE)

_NAMED_HOLDER = re.compile(
    r"copyright(?:\s+(?:\(c\)|©))?:?\s+(?:(?:is\s+)?(?:held\s+|owned\s+)?by\s+)?(?!holder|owner|notice|law|licen"
    r"|information|statement|assign|interest|file|and\b|or\b|is\b|in\b|of\b|to\b|on\b|the\b|for\b|its\b)\S",
    re.IGNORECASE,
)

LABELLED_PERSON = re.compile(
    r"\s{0,8}(?:[*#] )?(?:authors?|maintainers?|upstream[- ](?:author|contact|maintainer)s?|original[- ]author|contact"
    r"|from|to|bill to|sold to|signed-off-by|reported-by|von|an|rechnung an|absender|de|à|expéditeur|destinataire)"
    r"(?:\(s\))?[ \t]*:[ \t]*(?=\S)",
    re.IGNORECASE,
)

SIGNATURE = re.compile(r" -- (?=\S)")
"""The last line of a changelog entry."""

_DATE = re.compile(
    r"\b\d{4}-\d{2}-\d{2}\b|(?<![\d.])\d{1,2}([./])\d{1,2}\1\d{4}(?![\d.])|(?<![\d./])\d\d([./])\d\d\2\d\d(?![\d./\w-])"
    r"|\b(?:jan|feb|mar|mär|apr|avr|may|mai|jun|jui|jul|aug|aoû|sep|oct|okt|nov|dec|dez|déc|fév)[a-zéû]{0,6}\.?"
    r"\s+(?:\d{1,2},?\s+)?(?:\d\d:\d\d:\d\d\s+)?(?:[A-Z]{3,4}\s+)?(?:19|20)\d\d\b",
    re.IGNORECASE,
)

_IDENTIFIER = re.compile(
    r"\bCVE-\d|\bISBN\b|\bIBAN\b|://\w|[\w.+-]@[\w-]+\.\w|\b(?:closes|bug|lp|issue)\b:?\s*#?\d{3}|#\d{3,}"
    r"|\b(?:invoice|rechnungs?|facture)\s?-?(?:nummer|no|nr|number|n°|num)\b",
    re.IGNORECASE,
)

_LICENCE_FIELD = re.compile(
    r"\s*(?:licen[cs]e|lizenz|licence)(?:-identifier)?\s*:\s*\S|.*SPDX-License-Identifier:", re.I
)

_LICENCE_HINT = re.compile(
    r"/common-licenses/\w|\b(?:licensed|released|distributed|available)\s+under\b|\bunder the (?:terms|conditions) of\b"
    r"|\bgeneral public licen[cs]e\b|\bpermission is hereby granted\b|\bredistribution and use in source\b"
    r"|\b(?:apache|mozilla public|artistic|bsd|mit|isc|expat) licen[cs]e\b|\bpublic domain\b"
    r"|\bunter der \w+[- ]lizenz\b|\bsous (?:la )?licence\b",
    re.IGNORECASE,
)

_AMOUNT = re.compile(r"(?:€|\$|£|\b(?:EUR|USD|CHF|GBP))\s?-?\d|\d\s?(?:€|£|(?:EUR|USD|CHF|GBP)\b)")


def _holder(line: str) -> float:
    if LABELLED_PERSON.match(line) or SIGNATURE.match(line):
        return 0.9
    if _NOBODY.search(line):
        return 0.0
    if _EXPLICIT_HOLDER.search(line):
        return 1.0
    return 0.6 if _NAMED_HOLDER.search(line) else 0.0


def _licence(line: str) -> float:
    if _LICENCE_FIELD.match(line):
        return 1.0
    return 0.6 if _LICENCE_HINT.search(line) else 0.0


def _plain(pattern: re.Pattern[str], strength: float) -> Callable[[str], float]:
    return lambda line: strength if pattern.search(line) else 0.0


_STRENGTHS: dict[EvidenceType, Callable[[str], float]] = {
    "holder": _holder,
    "date": _plain(_DATE, 0.9),
    "licence": _licence,
    "identifier": _plain(_IDENTIFIER, 0.9),
    "amount": _plain(_AMOUNT, 0.9),
}


def _continues_field(line: str, inside: bool) -> bool:
    """A `Copyright:` field goes on over the indented lines below it."""
    return bool(COPYRIGHT_FIELD.match(line)) or (inside and line[:1] in " \t" and bool(line.strip()))


def _continuation_strength(line: str) -> float:
    return 0.8 if re.search(r"[^\W\d_]{2}", line) and not re.match(r"\s*\.?\s*$", line) else 0.0
