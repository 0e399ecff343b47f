"""Find licences."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pydantic import BaseModel, Field

from dmnroute import Step, agent

from .documents import Passage
from .entities import Entity, distinct, mean_confidence
from .evidence import lines

_FIELD = re.compile(
    r"(?:\s*(?:licen[cs]e|lizenz)\s*:|.{0,20}?SPDX-License-Identifier:)\s*(?P<name>\S.{0,99})", re.IGNORECASE
)

_VERSION = r"(?:,?\s(?:version|v)?\s?(?P<version>[123](?:\.\d)?))?"

_GNU = r"(?:gnu\s)?(?:(?P<kind>lesser|library|affero)\s)?(?:gnu\s)?general\spublic\slicen[cs]e"

_NAMES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern, re.IGNORECASE))
    for name, pattern in (
        ("GPL", rf"\b{_GNU}{_VERSION}"),
        ("", r"/common-licenses/(?P<name>[A-Z][\w.-]*\w)"),
        ("Apache-2.0", r"\bapache (?:software )?licen[cs]e"),
        ("MPL", rf"\bmozilla public licen[cs]e{_VERSION}"),
        ("Artistic", r"\bartistic licen[cs]e"),
        ("MIT", r"\b(?:mit|expat|x11)(?:/x)?[ -]licen[cs]e|\bpermission is hereby granted, free of charge"),
        ("BSD", r"\bbsd(?:[- ][234][- ]clause)?[ -](?:style )?licen[cs]e|\bredistribution and use in source"),
        ("ISC", r"\bisc licen[cs]e|\bpermission to use, copy, modify,? and(?:/or)? distribute"),
        ("CC", r"\bcreative commons attribution(?:[ -]sharealike)?"),
        ("public-domain", r"\bpublic domain\b"),
    )
)

_PHRASE = re.compile(
    r"\b(?:licensed|released|distributed|available) under (?:the )?"
    r"(?P<name>[A-Z][\w.+-]{1,19}(?: [A-Z\d][\w.+-]{0,19}){0,3})",
)

_KINDS = {"lesser": "LGPL", "library": "LGPL", "affero": "AGPL"}


class Licences(BaseModel):
    """Licences that a text names."""

    licences: list[Entity] = Field(description="entities of type `licence`")


@agent("find_licences", cost="0.0010", timeout=30)
def find_licences(passage: Passage, step: Step) -> Licences:
    """Find licences in fields such as `License: MIT` and in SPDX marks."""
    return _report(step, [entity for start, line in lines(passage.text) for entity in _fields(start, line)])


@agent("find_licences_thorough", cost="0.0040", timeout=60)
def find_licences_thorough(passage: Passage, step: Step) -> Licences:
    """Find licences also by the names and opening words that they have in running text."""
    fields = [entity for start, line in lines(passage.text) for entity in _fields(start, line)]
    return _report(step, [*fields, *_named(passage.text)])


def _report(step: Step, found: list[Entity]) -> Licences:
    licences = distinct(found)
    step.report(confidence=mean_confidence(licences), found=len(found))
    return Licences(licences=licences)


def _fields(start: int, line: str) -> Iterator[Entity]:
    if field := _FIELD.match(line):
        name = field["name"].rstrip(" .;*/#-")
        short = re.fullmatch(r"[\w.+()/-]+(?: (?:and|or|with|exception|[\w.+()/-]+)){0,7}", name)
        yield _entity(start + field.start("name"), name, name, 0.95 if short else 0.7)


def _named(text: str) -> Iterator[Entity]:
    """Line breaks inside a name are read as blanks; a name that isn't known is believed after `licensed under`."""
    flat = re.sub(r"[\n\t]", " ", text)
    known = distinct(
        [
            _entity(match.start(), text[match.start() : match.end()], _normal(name, match), 0.85)
            for name, pattern in _NAMES
            for match in pattern.finditer(flat)
        ]
    )
    yield from known
    taken = {entity.start for entity in known}
    for match in _PHRASE.finditer(flat):
        if taken.isdisjoint(range(*match.span("name"))):
            name = text[match.start("name") : match.end("name")].rstrip(".")
            yield _entity(match.start("name"), name, " ".join(name.split()), 0.7)


def _normal(name: str, match: re.Match[str]) -> str:
    parts = match.groupdict()
    base = parts.get("name") or _KINDS.get((parts.get("kind") or "").lower(), name)
    version = parts.get("version")
    return f"{base}-{version}" if version else base


def _entity(start: int, text: str, value: str, confidence: float) -> Entity:
    return Entity(
        type="licence",
        text=text,
        value=value,
        start=start,
        end=start + len(text),
        confidence=confidence,
    )
