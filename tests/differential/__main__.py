"""Compare with Camunda's own engine in volume: `make differential`, or `python -m tests.differential --help`.

Ends with status 1 when the engines differ on anything, and with 2 when Camunda's engine isn't there.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from tests.differential.compare import Difference, differences
from tests.differential.oracle import Camunda, NoCamundaError, Question
from tests.differential.questions import QUESTIONS

SHOWN = 20
TEXTS_AT_ONCE = 300


def drawn(kind: str, texts: int, number: int) -> list[Question]:
    """Questions of a kind about so many texts; the same for the same number."""
    found: list[Question] = []

    @seed(number)
    @settings(
        max_examples=texts,
        database=None,
        phases=[Phase.generate],
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(QUESTIONS[kind])
    def draw(questions: list[dict[str, Any]]) -> None:
        found.extend(questions)

    draw()
    return found


def compared(camunda: Camunda, comparisons: int, first: int, counts: Counter[str]) -> Iterator[Difference]:
    """Ask until there were so many comparisons, in turn about expressions, tests and tables."""
    number = first
    while counts.total() < comparisons:
        for kind in QUESTIONS:
            questions = drawn(kind, TEXTS_AT_ONCE, number)
            counts[kind] += len(questions)
            yield from differences(questions, camunda)
        number += 1


def main() -> int:
    """Compare, and say what differs."""
    parser = argparse.ArgumentParser(prog="python -m tests.differential", description=__doc__)
    parser.add_argument("--comparisons", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1, help="the same seed asks the same questions")
    options = parser.parse_args()
    counts: Counter[str] = Counter()
    found: dict[str, Difference] = {}
    started = time.monotonic()
    try:
        with Camunda() as camunda:
            for difference in compared(camunda, options.comparisons, options.seed, counts):
                found.setdefault(difference.question["text"], difference)
    except NoCamundaError as error:
        print(f"nothing was compared: {error}", file=sys.stderr)
        return 2
    for difference in sorted(found.values(), key=lambda each: len(each.question["text"]))[:SHOWN]:
        print(difference)
    listed = ", ".join(f"{count:,} of {kind}s" for kind, count in counts.items())
    print(f"{counts.total():,} comparisons ({listed}) in {time.monotonic() - started:.0f} s")
    print(f"texts on which the engines differ without an explanation: {len(found)}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
