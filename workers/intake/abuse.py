"""Whether a text insults: by a model, or by a list of words where the model is missing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from pydantic import BaseModel, Field

from dmnroute import Step, agent

from .documents import Passage
from .once import once

SAMPLE = 20_000
"""Characters that are looked at."""

CHUNK = 200
"""Characters that are judged together: an insult in one sentence must not drown in a page."""


class Abuse(BaseModel):
    """How abusive a text is."""

    abuse_score: float = Field(description="score of the worst passage, 0-1")
    abuse_at: int = Field(description="offset of the worst passage")


@agent("check_abuse", cost="0.0005", timeout=60, requires=("profanity_check",))
def check_abuse(passage: Passage, step: Step) -> Abuse:
    """Judge how abusive a text is by a trained model, passage by passage; the worst one counts."""
    chunks = list(_chunks(passage.text[:SAMPLE]))
    scores = [float(score) for score in _judge()([chunk for _, chunk in chunks])] if chunks else []
    return _worst(step, chunks, scores)


@agent("check_abuse_words", cost="0", timeout=10)
def check_abuse_words(passage: Passage, step: Step) -> Abuse:
    """Count insulting words, passage by passage; the worst one counts."""
    chunks = list(_chunks(passage.text[:SAMPLE]))
    scores = [1 - 0.3 ** len(_INSULTS.findall(chunk)) for _, chunk in chunks]
    return _worst(step, chunks, scores, trust=0.8)


def _worst(step: Step, chunks: Sequence[tuple[int, str]], scores: Sequence[float], *, trust: float = 1.0) -> Abuse:
    """The further a score is from a toss-up, the surer it is."""
    worst, offset = max(((score, -at) for score, (at, _) in zip(scores, chunks, strict=True)), default=(0.0, 0))
    step.report(confidence=round(trust * max(worst, 1 - worst), 4), passages=len(chunks))
    return Abuse(abuse_score=round(worst, 4), abuse_at=-offset)


def _chunks(text: str) -> Iterator[tuple[int, str]]:
    """Paragraphs, and parts of those that are long; what has no letters isn't judged."""
    for paragraph in re.finditer(r"[^\n]+(?:\n[^\n]+)*", text):
        for part in re.finditer(rf"[\s\S]{{1,{CHUNK}}}(?:(?=\s)|\Z)|\S{{{CHUNK}}}", paragraph[0]):
            if any(character.isalpha() for character in part[0]):
                yield paragraph.start() + part.start(), part[0]


@once
def _judge() -> Callable[[list[str]], Sequence[float]]:
    from profanity_check import predict_prob

    judge: Callable[[list[str]], Sequence[float]] = predict_prob
    return judge


_INSULTS = re.compile(
    r"\b(?:idiots?|idiotic|morons?|moronic|stupid|dumb(?:ass)?|losers?|scum|garbage|pathetic|imbeciles?|crap"
    r"|shut up|hate you|idioten?|dummkopf|trottel|blödmann|abschaum|imbéciles?|crétins?|connards?|abrutis?)\b",
    re.IGNORECASE,
)
