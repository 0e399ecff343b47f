"""What the extractors find."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from workers.intake import (
    find_amounts,
    find_dates,
    find_holders,
    find_holders_thorough,
    find_identifiers,
    find_licences,
    find_licences_thorough,
)
from workers.intake.dates import DatedText
from workers.intake.documents import Passage

from dmnroute.testing import step_for

FINDERS = [
    find_holders,
    find_holders_thorough,
    find_dates,
    find_identifiers,
    find_licences,
    find_licences_thorough,
    find_amounts,
]


def found(agent, text: str, **fields: str) -> list[tuple[str, str]]:
    """Type and value of everything that an agent finds."""
    output = agent(agent.input_type(text=text, **fields), step_for(agent.name))
    (entities,) = (getattr(output, name) for name in type(output).model_fields)
    return [(entity.type, entity.value) for entity in entities]


@pytest.mark.parametrize(
    ("text", "entities"),
    [
        ("Copyright (C) 2001-2004, 2007 Petra Skua", [("holder", "Petra Skua")]),
        ("© 2024 Tern Electronics GmbH. All rights reserved.", [("holder", "Tern Electronics GmbH")]),
        ("Copyright: 2018 Marian Kittiwake <m@lights.example>", [("holder", "Marian Kittiwake")]),
        (" * Copyright 2020 by the Gull Project", [("holder", "the Gull Project")]),
        ("From: Oswald Petrel", [("person", "Oswald Petrel")]),
        ("An: Genossenschaft der Leuchttürme", [("person", "Genossenschaft der Leuchttürme")]),
        ("the copyright notice of 2024", []),
    ],
)
def test_holders_after_marks_and_labels(text, entities):
    """A mark with a year, or a label, is followed by a name."""
    assert found(find_holders, text) == entities


@pytest.mark.parametrize(
    ("text", "entities"),
    [
        ("Copyright: 2001 A. Skua\n  2002 B. Fulmar\n  The team", ["A. Skua", "B. Fulmar", "The team"]),
        ("gulls (1.0)\n\n -- Ruth Sandwich <r@x.example>  Mon, 02 Jan 2023 13:06:21 +0100", ["Ruth Sandwich"]),
        ("the code is copyright by Lars Guillemot, who gave his permission", ["Lars Guillemot"]),
        ("The copyright holders are not liable.", []),
    ],
)
def test_the_thorough_extractor_finds_more(text, entities):
    """Continued fields, signatures and notices without a year are found by the thorough one alone."""
    assert [value for _, value in found(find_holders_thorough, text)] == entities
    assert len(found(find_holders, text)) <= min(1, len(entities))


@pytest.mark.parametrize(
    ("text", "language", "value"),
    [
        ("on 2024-02-29", None, "2024-02-29"),
        ("am 3. März 2026", "de", "2026-03-03"),
        ("vom 12.01.2026", "de", "2026-01-12"),
        ("le 14 février 2026", "fr", "2026-02-14"),
        ("March 5, 2024", "en", "2024-03-05"),
        ("Mon, 02 Jan 2023 13:06:21", "en", "2023-01-02"),
        ("Tue Mar  5 10:00:00 CET 2024", "en", "2024-03-05"),
        ("3/4/2024", "en", "2024-03-04"),
        ("3/4/2024", "fr", "2024-04-03"),
        ("25/4/2024", "en", "2024-04-25"),
        ("since November 2024", "en", "2024-11"),
    ],
)
def test_dates_are_read_as_their_language_has_them(text, language, value):
    """The value is ISO 8601; where day and month may be swapped, the language decides."""
    assert found(find_dates, text, language=language) == [("date", value)]


@pytest.mark.parametrize("text", ["it costs $12.5", "EUR 1.2.3", "12 EURO"])
def test_half_understood_amounts_are_left_out(text):
    """A number whose marks make no amount isn't guessed at."""
    assert found(find_amounts, text) == []


def test_days_that_do_not_exist_are_kept_and_marked():
    """The calendar has no 31 February: found, not valid, and hardly believed."""
    (entity,) = find_dates(DatedText(text="due on 31 February 2026"), step := step_for("find_dates")).dates
    assert (entity.value, entity.valid, entity.confidence) == ("2026-02-31", False, 0.2)
    assert step.metrics["invalid"] == 1


@pytest.mark.parametrize(
    ("text", "entities"),
    [
        ("fixes CVE-2024-12345", [("cve", "CVE-2024-12345")]),
        ("Closes: #1024598, #77", [("bug", "1024598")]),
        ("(Closes: #1001, #1002)", [("bug", "1001"), ("bug", "1002")]),
        ("IBAN: GB82 WEST 1234 5698 7654 32", [("iban", "GB82WEST12345698765432")]),
        ("pay to DE89370400440532013000 now", [("iban", "DE89370400440532013000")]),
        ("ISBN 978-0-306-40615-7", [("isbn", "9780306406157")]),
        ("Rechnungsnummer: 2026-118", [("invoice", "2026-118")]),
        ("see https://dunes.example/a(b).", [("url", "https://dunes.example/a(b")]),
        ("<Ruth@Lights.example>", [("email", "ruth@lights.example")]),
        ("AB12 is no account", []),
    ],
)
def test_identifiers(text, entities):
    """Each kind of number and address is told by its form."""
    assert found(find_identifiers, text) == entities


@pytest.mark.parametrize("text", ["IBAN: GB82 WEST 1234 5698 7654 33", "ISBN 978-0-306-40615-8", "ISBN 0-306-40615-X"])
def test_a_wrong_checksum_is_kept_and_marked(text):
    """A number that calls itself an IBAN or ISBN and isn't one is a contradiction to be told."""
    output = find_identifiers(Passage(text=text), step := step_for("find_identifiers"))
    assert [entity.valid for entity in output.identifiers] == [False]
    assert step.confidence == Decimal("0.3")


@pytest.mark.parametrize(
    ("text", "value", "role"),
    [
        ("Total   EUR 1,620.00", "1620.00 EUR", "total"),
        ("Gesamtbetrag  2.956,00 EUR", "2956.00 EUR", "total"),
        ("Mehrwertsteuer 19 %   456,00 EUR", "456.00 EUR", "tax"),
        ("Netto 2.400 €", "2400.00 EUR", "net"),
        ("a refund of £-40.00", "-40.00 GBP", None),
    ],
)
def test_amounts_in_both_notations(text, value, role):
    """The last mark before two digits separates cents; the words beside tell what the amount is."""
    output = find_amounts(Passage(text=text), step_for("find_amounts"))
    assert [(entity.value, entity.role) for entity in output.amounts] == [(value, role)]


@pytest.mark.parametrize(
    ("text", "plain", "thorough"),
    [
        ("License: GPL-2+", ["GPL-2+"], ["GPL-2+"]),
        ("// SPDX-License-Identifier: MIT", ["MIT"], ["MIT"]),
        ("under the terms of the GNU General\nPublic License version 2", [], ["GPL-2"]),
        ("the GNU Lesser General Public License, version 2.1", [], ["LGPL-2.1"]),
        ("see /usr/share/common-licenses/Apache-2.0.", [], ["Apache-2.0"]),
        ("Permission is hereby granted, free of charge, to any person", [], ["MIT"]),
        ("it is released under the Beerware terms", [], ["Beerware"]),
        ("available under the Apache License.", [], ["Apache-2.0"]),
    ],
)
def test_licences(text, plain, thorough):
    """Fields name licences outright; running text names them by titles and opening words."""
    assert [value for _, value in found(find_licences, text)] == plain
    assert [value for _, value in found(find_licences_thorough, text)] == thorough


@pytest.mark.parametrize("agent", FINDERS, ids=lambda agent: agent.name)
def test_spans_point_at_the_text(agent, sample):
    """What an entity quotes stands where its span says, in every sample."""
    for name in ("notice.txt", "patchwork-notice.txt", "rechnung.txt", "complaint.txt"):
        text = Path(sample(name)).read_text(encoding="utf-8")
        output = agent(agent.input_type(text=text), step_for(agent.name))
        for entity in next(iter(dict(output).values())):
            assert text[entity.start : entity.end] == entity.text


SCRAPS = ["Copyright", "(c)", "2024", "License:", "IBAN", "GB82", "EUR", "1,0", "31", "March", "Closes:", "#123", "\n"]

ANY_TEXT = st.text(st.sampled_from("abcXYZ019 .,:;/-#@<>()©€$\n\t%?*'\"éß"), max_size=300) | st.lists(
    st.sampled_from(SCRAPS)
).map(" ".join)


@pytest.mark.parametrize("agent", FINDERS, ids=lambda agent: agent.name)
@given(text=ANY_TEXT)
def test_any_text_is_taken(agent, text):
    """No text makes an extractor fail; entities don't overlap, and confidence stays a share."""
    output = agent(agent.input_type(text=text), step := step_for(agent.name))
    entities = next(iter(dict(output).values()))
    assert all(text[entity.start : entity.end] == entity.text for entity in entities)
    assert all(before.end <= after.start for before, after in pairwise(entities))
    assert 0 <= step.confidence <= 1
    assert all(0 <= entity.confidence <= 1 for entity in entities)


@pytest.mark.parametrize("agent", FINDERS, ids=lambda agent: agent.name)
@pytest.mark.parametrize(
    "text",
    [
        "copyright " + " " * 99_000,
        "(c) " * 25_000,
        "1 " * 50_000,
        "2024 " * 20_000,
        "a@" * 50_000,
        "AB12 " * 20_000,
        "Closes: " + "#123, " * 16_000,
        "License: " * 11_000,
        "x" * 100_000,
        "\n" * 100_000,
        "1,000" * 20_000,
        "https://" * 12_500,
        "a." * 50_000 + "@",
    ],
    ids=range(13),
)
def test_hostile_texts_take_no_more_than_moments(agent, text):
    """Texts made to send patterns astray end like others; a quadratic pattern would hang here."""
    output = agent(agent.input_type(text=text), step_for(agent.name))
    assert len(next(iter(dict(output).values()))) <= 2_000
