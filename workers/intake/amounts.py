"""Find amounts of money, and what they are in an invoice."""

from __future__ import annotations

import re
from decimal import Decimal

from pydantic import BaseModel, Field

from dmnroute import Step, agent

from .documents import Passage
from .entities import Entity, distinct, mean_confidence
from .evidence import lines

_SYMBOLS = {"€": "EUR", "$": "USD", "£": "GBP"}

_CURRENCY = r"€|\$|£|\b(?:EUR|USD|CHF|GBP)\b"

_NUMBER = r"-?\d{1,3}(?:[ .,'’\u202f\xa0]\d{3})*(?:[.,]\d{2})?(?![.,]?\d)|-?\d{4,12}(?:[.,]\d{2})?(?![.,]?\d)"

_AMOUNT = re.compile(
    rf"(?P<before>{_CURRENCY})\s?(?P<first>{_NUMBER})|(?<![\d.,])(?P<second>{_NUMBER})\s?(?P<after>{_CURRENCY})"
)

_ROLES = (
    ("tax", re.compile(r"\b(?:vat|tax|mwst|ust|mehrwertsteuer|umsatzsteuer|tva)\b", re.IGNORECASE)),
    ("net", re.compile(r"\b(?:net|netto|subtotal|sub-total|zwischensumme|hors taxes|ht|nettobetrag)\b", re.IGNORECASE)),
    ("total", re.compile(r"\b(?:total|amount due|gesamt|gesamtbetrag|summe|ttc|rechnungsbetrag)\b", re.IGNORECASE)),
)


class Amounts(BaseModel):
    """Amounts of money, their value as `1234.50 EUR`."""

    amounts: list[Entity] = Field(description="entities of type `amount`; `role` says what they are")


@agent("find_amounts", cost="0.0010", timeout=30)
def find_amounts(passage: Passage, step: Step) -> Amounts:
    """Find amounts of money, and tell net, tax and total of an invoice by the words beside them."""
    found = [_entity(start, line, match) for start, line in lines(passage.text) for match in _AMOUNT.finditer(line)]
    amounts = distinct(found)
    step.report(confidence=mean_confidence(amounts), found=len(found))
    return Amounts(amounts=amounts)


def _entity(start: int, line: str, match: re.Match[str]) -> Entity:
    currency = match["before"] or match["after"]
    number = _decimal(match["first"] or match["second"])
    role = next((role for role, words in _ROLES if words.search(line)), None)
    return Entity(
        type="amount",
        text=match[0],
        value=f"{number:.2f} {_SYMBOLS.get(currency, currency)}",
        start=start + match.start(),
        end=start + match.end(),
        confidence=0.95 if number == number.quantize(Decimal("0.01")) and "." in f"{number}" else 0.8,
        role=role,
    )


def _decimal(written: str) -> Decimal:
    """A mark before the last two digits separates cents; all other marks group thousands."""
    sign = "-" if written.startswith("-") else ""
    cents = re.search(r"[.,](\d{2})$", written)
    whole = re.sub(r"\D", "", written[: cents.start()] if cents else written)
    return Decimal(f"{sign}{whole}.{cents[1]}" if cents else f"{sign}{whole}")
