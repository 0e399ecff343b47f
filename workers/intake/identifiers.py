"""Find identifiers, and check those that carry a checksum."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from pydantic import BaseModel, Field

from dmnroute import Step, agent

from .documents import Passage
from .entities import Entity, EntityType, distinct, mean_confidence


class Identifiers(BaseModel):
    """Identifiers of things that are described elsewhere."""

    identifiers: list[Entity] = Field(
        description="entities of type `cve`, `bug`, `isbn`, `iban`, `invoice`, `url` or `email`"
    )


@agent("find_identifiers", cost="0.0010", timeout=30)
def find_identifiers(passage: Passage, step: Step) -> Identifiers:
    """Find CVE, bug, ISBN, IBAN and invoice numbers, addresses of pages and of mail; checksums are checked."""
    found = [entity for find in _FINDERS for entity in find(passage.text)]
    identifiers = distinct(found)
    invalid = sum(not entity.valid for entity in identifiers)
    step.report(confidence=mean_confidence(identifiers), found=len(found), invalid=invalid)
    return Identifiers(identifiers=identifiers)


def _cves(text: str) -> Iterator[Entity]:
    for match in re.finditer(r"\bCVE-\d{4}-\d{4,7}\b", text):
        yield _entity("cve", match, 0, match[0], 0.99)


def _bugs(text: str) -> Iterator[Entity]:
    """`Closes: #1, #2` names several bugs; a bare number of five digits and more after `#` is likely one."""
    labelled = re.compile(r"\b(?:closes|bug|lp|issue)s?\b:?\s?#?(?:bug)?\s?\d{3,}(?:,\s{1,9}#\d{3,})*+", re.IGNORECASE)
    for match in labelled.finditer(text):
        for number in re.finditer(r"\d{3,}", match[0]):
            yield _at("bug", match.start() + number.start(), number[0], number[0], 0.95)
    for match in re.finditer(r"(?<![\w&/])#(\d{3,})\b", text):
        yield _entity("bug", match, 1, match[1], 0.8 if len(match[1]) >= 5 else 0.5)


def _isbns(text: str) -> Iterator[Entity]:
    for match in re.finditer(r"\bISBN(?:-1[03])?:?\s?(\d[\d -]{8,15}[\dX])", text, re.IGNORECASE):
        number = re.sub(r"[ -]", "", match[1]).upper()
        yield _entity("isbn", match, 1, number, 0.98, valid=_isbn_is_valid(number))


def _ibans(text: str) -> Iterator[Entity]:
    """Without the word IBAN before it, only a number with a correct checksum is believed."""
    pattern = re.compile(
        r"(?P<label>\bIBAN\b[:.]?\s?)?\b(?P<iban>[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?)\b"
    )
    for match in pattern.finditer(text):
        number = match["iban"].replace(" ", "")
        valid = _iban_is_valid(number)
        if match["label"] or (valid and sum(map(str.isdigit, number)) > 10):
            yield _entity("iban", match, "iban", number, 0.98, valid=valid)


def _invoices(text: str) -> Iterator[Entity]:
    pattern = re.compile(
        r"\b(?:invoice|rechnungs?|facture)[ -]?(?:nummer|number|num|no|nr|n°|#)\.?[ :]{0,3}"
        r"(?P<number>[A-Z0-9][A-Z0-9/-]{2,19})",
        re.IGNORECASE,
    )
    for match in pattern.finditer(text):
        if any(map(str.isdigit, match["number"])):
            yield _entity("invoice", match, "number", match["number"].upper(), 0.9)


def _addresses(text: str) -> Iterator[Entity]:
    for match in re.finditer(r"\b(?:https?|ftp|git)://[^\s<>\"'`{}|\\^]{2,300}", text):
        address = match[0].rstrip(".,;:!?)]*_")
        yield _at("url", match.start(), address, address, 0.95)
    for match in re.finditer(r"(?<![\w.+/-])[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,8}[A-Za-z]{2,24}\b", text):
        yield _entity("email", match, 0, match[0].lower(), 0.95)


_FINDERS: tuple[Callable[[str], Iterator[Entity]], ...] = (_cves, _bugs, _isbns, _ibans, _invoices, _addresses)


def _isbn_is_valid(number: str) -> bool:
    digits = [10 if digit == "X" else int(digit) for digit in number]
    if len(digits) == 10 and 10 not in digits[:-1]:
        return sum(weight * digit for weight, digit in zip(range(10, 0, -1), digits, strict=True)) % 11 == 0
    if len(digits) == 13 and 10 not in digits:
        return sum(digit * (3 if place % 2 else 1) for place, digit in enumerate(digits)) % 10 == 0
    return False


def _iban_is_valid(number: str) -> bool:
    """ISO 13616: moved to the end, the first four characters make the whole 1 modulo 97."""
    digits = "".join(str(int(character, 36)) for character in number[4:] + number[:4])
    return 15 <= len(number) <= 34 and int(digits) % 97 == 1


def _entity(
    kind: EntityType, match: re.Match[str], group: int | str, value: str, confidence: float, *, valid: bool = True
) -> Entity:
    return _at(kind, match.start(group), match[group], value, confidence, valid=valid)


def _at(kind: EntityType, start: int, text: str, value: str, confidence: float, *, valid: bool = True) -> Entity:
    return Entity(
        type=kind,
        text=text,
        value=value,
        start=start,
        end=start + len(text),
        confidence=confidence if valid else 0.3,
        valid=valid,
    )
