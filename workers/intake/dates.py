"""Find dates."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from pydantic import BaseModel, Field

from dmnroute import Step, agent

from .documents import Passage
from .entities import Entity, distinct, mean_confidence

_MONTHS = (
    ("jan", "january", "januar", "jänner", "janvier"),
    ("feb", "february", "februar", "fév", "février"),
    ("mar", "march", "mär", "märz", "mars"),
    ("apr", "april", "avr", "avril"),
    ("may", "mai"),
    ("jun", "june", "juni", "juin"),
    ("jul", "july", "juli", "juil", "juillet"),
    ("aug", "august", "août"),
    ("sep", "sept", "september", "septembre"),
    ("oct", "october", "okt", "oktober", "octobre"),
    ("nov", "november", "novembre"),
    ("dec", "december", "dez", "dezember", "déc", "décembre"),
)

_NUMBER = {name: number for number, names in enumerate(_MONTHS, 1) for name in names}

_NAME = "|".join(sorted(_NUMBER, key=len, reverse=True))

_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\b(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})\b",
        r"\b(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})\b",
        r"\b(?P<first>\d{1,2})/(?P<second>\d{1,2})/(?P<year>\d{4})\b",
        rf"\b(?P<day>\d{{1,2}})(?:\.|st|nd|rd|th|er)?\s(?P<name>{_NAME})\b\.?,?\s(?P<year>\d{{4}})\b",
        rf"\b(?P<name>{_NAME})\b\.?\s{{1,2}}(?P<day>\d{{1,2}}),?\s(?:\d\d:\d\d:\d\d\s)?(?:[A-Z]{{3,4}}\s)?(?P<year>\d{{4}})\b",
        rf"\b(?P<name>{_NAME})\b\.?\s(?P<year>(?:19|20)\d\d)\b",
    )
)

_DAY_FIRST = frozenset({"de", "fr", "es", "it", "nl", "pt", "pl"})


class DatedText(Passage):
    """A text whose language tells how `3/4/2024` is meant."""

    language: str | None = None


class Dates(BaseModel):
    """Dates, their value in the form of ISO 8601."""

    dates: list[Entity] = Field(description="entities of type `date`")


@agent("find_dates", cost="0.0010", timeout=30)
def find_dates(text: DatedText, step: Step) -> Dates:
    """Find dates in English, German and French, and days that the calendar doesn't have."""
    found = [entity for pattern in _PATTERNS for entity in _dates(pattern, text)]
    dates = distinct(found)
    step.report(confidence=mean_confidence(dates), found=len(found), invalid=sum(not item.valid for item in dates))
    return Dates(dates=dates)


def _dates(pattern: re.Pattern[str], text: DatedText) -> Iterator[Entity]:
    for match in pattern.finditer(text.text):
        parts = match.groupdict()
        confidence = 0.95
        if parts.get("first"):
            parts["day"], parts["month"], confidence = _order(parts["first"], parts["second"], text.language)
        month = _NUMBER[parts["name"].lower()] if parts.get("name") else int(parts["month"])
        yield _entity(match, int(parts["year"]), month, parts.get("day"), confidence)


def _order(first: str, second: str, language: str | None) -> tuple[str, str, float]:
    """Day and month of `3/4/2024`: certain where one is above 12, else as the language has it."""
    if int(first) > 12 or int(second) > 12:
        return (first, second, 0.9) if int(first) > 12 else (second, first, 0.9)
    return (first, second, 0.7) if language in _DAY_FIRST else (second, first, 0.5)


def _entity(match: re.Match[str], year: int, month: int, day: str | None, confidence: float) -> Entity:
    """A month without a day is a date of less precision."""
    valid = _exists(year, month, int(day or 1))
    value = f"{year:04}-{month:02}" + (f"-{int(day):02}" if day else "")
    return Entity(
        type="date",
        text=match[0],
        value=value,
        start=match.start(),
        end=match.end(),
        confidence=(confidence if day else 0.8) if valid else 0.2,
        valid=valid,
    )


def _exists(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True
