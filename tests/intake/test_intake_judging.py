"""Judging a text: its language, its manners, what it has to offer."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from workers.intake import check_abuse, check_abuse_words, detect_language, discover
from workers.intake.evidence import evidence_lines

from dmnroute import Agent


def text_of(path: str, encoding: str = "utf-8") -> str:
    """The text of a sample."""
    return Path(path).read_text(encoding=encoding)


@pytest.mark.parametrize(
    ("name", "encoding", "language"),
    [("rechnung.txt", "utf-8", "de"), ("lettre-latin1.txt", "latin-1", "fr"), ("complaint.txt", "utf-8", "en")],
)
def test_the_language_of_a_letter_is_told(call, sample, step, name, encoding, language):
    """A letter of a few lines is enough, and the probability is the confidence."""
    found = call(detect_language, text=text_of(sample(name), encoding))
    assert found.language == language
    assert step.confidence == Decimal(repr(found.language_score)) > Decimal("0.99")


def test_a_short_scrap_has_no_sure_language(call):
    """The probability is honest about three characters."""
    assert call(detect_language, text="xyz").language_score < 0.5


@pytest.mark.parametrize("text", ["", " \n\t"])
def test_blank_text_has_no_language(call, text):
    """Where there is nothing to tell a language by, it is `und` with score 0."""
    found = call(detect_language, text=text)
    assert (found.language, found.language_score) == ("und", 0.0)


@pytest.mark.parametrize("agent", [check_abuse, check_abuse_words], ids=lambda agent: agent.name)
class TestAbuse:
    """What the model and the list of words have in common."""

    def test_insults_score_high_and_are_located(self, call, sample, agent):
        """The worst passage is the one that insults."""
        text = text_of(sample("complaint.txt"))
        found = call(agent, text=text)
        assert found.abuse_score >= 0.95
        assert text.index("You are a bunch") <= found.abuse_at < text.index("I expect my")

    @pytest.mark.parametrize("name", ["notice.txt", "patchwork-notice.txt", "rechnung.txt"])
    def test_decent_documents_score_low(self, call, sample, agent, name):
        """Business papers aren't abusive."""
        assert call(agent, text=text_of(sample(name))).abuse_score < 0.8

    def test_an_insult_does_not_drown_in_a_long_text(self, call, sample, agent):
        """One bad paragraph among a hundred decent ones counts in full."""
        decent = text_of(sample("rechnung.txt")) + "\n\n"
        found = call(agent, text=decent * 10 + "You stupid idiots, you are pathetic morons.\n\n" + decent * 10)
        assert found.abuse_score >= 0.95

    def test_nothing_to_judge_is_decent(self, call, step, agent):
        """An empty text scores 0."""
        assert call(agent, text=" \n--- 123 ---\n").abuse_score == 0.0

    def test_a_wall_of_letters_is_judged_too(self, call, agent):
        """A text without blanks is cut into passages all the same."""
        assert call(agent, text="a" * 30_000).abuse_score < 0.95


def test_the_list_of_words_is_trusted_less_than_the_model(call, sample, step):
    """A stand-in never reports full confidence."""
    call(check_abuse_words, text=text_of(sample("complaint.txt")))
    assert step.confidence < Decimal("0.8")


@pytest.mark.parametrize(
    ("name", "entity_types", "relation_types"),
    [
        ("notice.txt", ["holder", "date", "licence", "identifier"], ["held_by", "licensed_under"]),
        ("rechnung.txt", ["holder", "date", "identifier", "amount"], []),
        ("complaint.txt", ["holder", "date", "amount"], []),
    ],
)
def test_discovery_names_the_kinds_that_occur(call, sample, name, entity_types, relation_types):
    """Each document calls for its own extractors and relations."""
    found = call(discover, text=text_of(sample(name)))
    assert (found.entity_types, found.relation_types) == (entity_types, relation_types)


def test_the_strength_of_the_evidence_is_the_confidence(call, step):
    """An explicit mark counts in full, a hint less."""
    call(discover, text="Copyright 2024 Petra Skua\nunder the terms of a letter\n")
    assert step.confidence == Decimal("0.8")


def test_without_evidence_the_legibility_is_the_confidence(call, step):
    """Plain prose is known to hold nothing; a jumble of signs may hide anything."""
    assert call(discover, text="The gulls are back.").entity_types == []
    assert step.confidence == Decimal("1.0")
    call(discover, text="%% 12 && gulls")
    assert step.confidence == Decimal("0.25")


@pytest.mark.parametrize(
    "line",
    [
        "See the copyright notice and the copyright law.",
        "The copyright holders are not liable.",
        "Copyright: public domain",
        "version 8.6.13 of the library",
        "a file of 1,200 bytes",
    ],
)
def test_what_only_sounds_like_evidence_is_none(line):
    """Phrases of licences and numbers of versions aren't evidence of holders, dates or amounts."""
    assert [item.type for item in evidence_lines(line)] in ([], ["licence"])


def test_a_copyright_field_goes_on_over_indented_lines():
    """Each further line of the field is evidence of a further holder, until the field ends."""
    text = "Copyright: 2009 Petra Skua\n           2011 Jonas Fulmar\n\tMapping team\nFiles: x\n  none\n"
    assert [text[item.start : item.end].strip() for item in evidence_lines(text)] == [
        "Copyright: 2009 Petra Skua",
        "2011 Jonas Fulmar",
        "Mapping team",
    ]


@pytest.mark.parametrize("agent", [discover, check_abuse_words], ids=lambda agent: agent.name)
def test_lines_of_any_length_are_taken(call, agent: Agent):
    """Minified data has lines of a hundred thousand characters."""
    call(agent, text="copyright " + " " * 90_000 + "2024")
