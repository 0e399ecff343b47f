"""Find people and copyright holders."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pydantic import BaseModel, Field

from dmnroute import Step, agent

from .documents import Passage
from .entities import Entity, EntityType, distinct, mean_confidence
from .evidence import COPYRIGHT_FIELD, LABELLED_PERSON, SIGNATURE, lines

# Possessive quantifiers (`*+`) keep lines full of blanks from taking quadratic time and worse.
YEARS = r"(?:\d{4}(?:\s?[-–/]\s?(?:\d{2,4}|present|today|now))?(?:\s?[,&]\s?|\s+and\s+|\s+|(?=\b)))+"

_MARKED = re.compile(rf"(?:copyright|©|\(c\))[\s:]*+(?:\(c\)|©)?+[\s:]*+(?P<years>{YEARS})(?:by\s+)?(?P<name>.+)", re.I)

_LOOSE = re.compile(
    rf"(?:copyright|©|\(c\))[\s:]*+(?:\(c\)|©)?+[\s:,]*+(?P<years>{YEARS})?+,?+\s*+"
    r"(?:(?:is\s++)?+(?:held|owned)\s++)?+(?:by\s++)?+(?P<name>[^\W\d_].+)",
    re.IGNORECASE,
)

_CONTINUED = re.compile(
    rf"\s++(?:\(c\)|©)?+\s*+(?P<years>{YEARS})?+,?+\s*+(?:by\s++)?+(?P<name>[^\W\d_].+)", re.IGNORECASE
)

_NO_NAME = re.compile(
    r"(?:copyright )?(?:holders?|owners?|notices?|laws?|licen[cs]e|information|statement|assignment|interest|file|and"
    r"|see|none|nobody|public[- ]domain|not|no|unknown|all rights"
    r"|(?-i:or|is|in|of|to|on|for|its|the(?! [A-Z])))\b",
    re.IGNORECASE,
)

_COMPANY = re.compile(
    r"\b(?:inc|ltd|llc|gmbh|ag|corp|corporation|foundation|university|association|project|team|sarl)\b", re.I
)

_BEHIND_NAME = re.compile(r"(?i:[.,;]? all rights reserved|,? ?(?:\(c\)|©|copyright))|[,;] [a-zß-ÿ]{2}")

_MAIL = re.compile(r"\s*[<(][^<>()\s]+@[^<>()\s]+[>)]")


class Holders(BaseModel):
    """People and copyright holders."""

    holders: list[Entity] = Field(description="entities of type `holder` or `person`")


@agent("find_holders", cost="0.0010", timeout=30)
def find_holders(passage: Passage, step: Step) -> Holders:
    """Find holders in lines such as `Copyright 2024 Name`, and people after a label such as `From:`."""
    return _report(step, [entity for start, line in lines(passage.text) for entity in _plain(start, line)])


@agent("find_holders_thorough", cost="0.0040", timeout=60)
def find_holders_thorough(passage: Passage, step: Step) -> Holders:
    """Find holders also in continued fields, in notices without a year, and in signatures of changelogs."""
    found: list[Entity] = []
    inside = False
    for start, line in lines(passage.text):
        found += _plain(start, line) or list(_thorough(start, line, inside=inside))
        inside = bool(COPYRIGHT_FIELD.match(line)) or (inside and line[:1] in " \t" and bool(line.strip()))
    return _report(step, found)


def _report(step: Step, found: list[Entity]) -> Holders:
    holders = distinct(found)
    step.report(confidence=mean_confidence(holders), found=len(found))
    return Holders(holders=holders)


def _plain(start: int, line: str) -> list[Entity]:
    if marked := _MARKED.search(line):
        return list(_named("holder", start, marked, base=0.6))
    if labelled := LABELLED_PERSON.match(line):
        return list(_cleaned("person", start + labelled.end(), line[labelled.end() :], base=0.5))
    return []


def _thorough(start: int, line: str, *, inside: bool) -> Iterator[Entity]:
    if signed := SIGNATURE.match(line):
        yield from _cleaned("person", start + signed.end(), line[signed.end() :], base=0.6)
    elif inside and (continued := _CONTINUED.match(line)):
        yield from _named("holder", start, continued, base=0.5)
    elif loose := _LOOSE.search(line):
        yield from _named("holder", start, loose, base=0.4)


def _named(kind: EntityType, start: int, match: re.Match[str], *, base: float) -> Iterator[Entity]:
    bonus = 0.1 if match["years"] else 0.0
    yield from _cleaned(kind, start + match.start("name"), match["name"], base=base + bonus)


def _cleaned(kind: EntityType, start: int, written: str, *, base: float) -> Iterator[Entity]:
    """Cut mail addresses and phrases off a name, and weigh how much it looks like one."""
    has_mail = _MAIL.search(written)
    name = written[: has_mail.start()] if has_mail else written
    name = _BEHIND_NAME.split(name.lstrip().split("  ")[0])[0].strip(" \t,;:*#/.-")[:100]
    if len(name) < 2 or _NO_NAME.match(name) or not re.search(r"[^\W\d_]{2}", name):
        return
    words = name.split()
    start += written.index(name)
    looks = all(word[0].isupper() or not word[0].isalpha() for word in (words[0], words[-1])) and len(words) <= 8
    confidence = base + 0.2 * looks + 0.1 * bool(has_mail or _COMPANY.search(name))
    yield Entity(
        type=kind,
        text=name,
        value=" ".join(words),
        start=start,
        end=start + len(name),
        confidence=round(min(confidence, 1.0), 4),
    )
