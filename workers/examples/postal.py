"""A fragile reader of letters, a sturdy one, and a guard that keeps numbers of cards to itself."""

from __future__ import annotations

import re

from pydantic import BaseModel

from dmnroute import AgentFailure, Step, agent

CARD = re.compile(r"\b\d{4} ?\d{4} ?\d{4} ?\d{4}\b")


class Letter(BaseModel):
    letter: str


class Reading(BaseModel):
    reading: str


class Looked(BaseModel):
    """What the guard looks at: the fields of a step's input, by name."""

    letter: str


class Verdict(BaseModel):
    verdict: str
    reason: str | None = None
    kind: str | None = None
    redacted: dict[str, str] | None = None


@agent("read_fast", cost="0.001", timeout=10, errors=("smudged",))
def read_fast(letter: Letter, step: Step) -> Reading:
    """Read a letter, unless it is smudged or too many come at once."""
    if "smudge" in letter.letter:
        raise AgentFailure("smudged", "the ink has run")
    if "busy" in letter.letter and step.attempt == 1:
        raise AgentFailure("rate_limited", "one letter at a time", retry_after=0.1)
    return Reading(reading=letter.letter)


@agent("read_with_care", cost="0.01", timeout=60)
def read_with_care(letter: Letter) -> Reading:
    """Read any letter."""
    return Reading(reading=letter.letter.replace("smudge", "…"))


@agent("protect_cards", cost=0, timeout=5)
def protect_cards(looked: Looked) -> Verdict:
    """Let no number of a card through, and no threat at all."""
    if "or else" in looked.letter:
        return Verdict(verdict="block", kind="abuse", reason="it is a threat")
    if CARD.search(looked.letter):
        return Verdict(verdict="redact", redacted={"letter": CARD.sub("[card]", looked.letter)})
    return Verdict(verdict="allow")
