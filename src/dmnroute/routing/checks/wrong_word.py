"""A word that a column doesn't know."""

from __future__ import annotations

from collections.abc import Iterator

from dmnroute.dmn.checks import Finding
from dmnroute.errors import did_you_mean
from dmnroute.routing.checks.subject import PolicySubject
from dmnroute.routing.columns import WORDS


def wrong_word(subject: PolicySubject) -> Iterator[Finding]:
    """Report texts in `action`, `pick` and `on_input` that aren't one of their words."""
    for column, words in WORDS.items():
        for text, place in subject.texts(column):
            if text not in words:
                message = f"column `{column}` doesn't know `{text}`{did_you_mean(text, words)}"
                yield Finding("wrong_word", "error", message, place, f"one of {', '.join(words)}")
