"""In which language a text is written."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from dmnroute import Step, agent

from .documents import Passage
from .once import once

SAMPLE = 5_000
"""Characters that are looked at; more change nothing."""


class Language(BaseModel):
    """The language of a text."""

    language: str = Field(description="ISO 639-1 code, such as `de`; `und` when there is nothing to tell it by")
    language_score: float = Field(description="probability of that language among those known, 0-1")


@agent("detect_language", cost="0.0001", timeout=30, requires=("py3langid",))
def detect_language(passage: Passage, step: Step) -> Language:
    """Tell the language of a text by a trained model over byte sequences (py3langid)."""
    sample = " ".join(passage.text[:SAMPLE].split())
    language, probability = _model().classify(sample) if sample else ("und", 0.0)
    score = round(min(1.0, float(probability)), 4)
    step.report(confidence=score)
    return Language(language=language or "und", language_score=score)


@once
def _model() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
