"""Print how the engine does in the OMG DMN TCK: `make tck`. Ends with status 1 when a case fails.

About 40 % of the results that the TCK wants are errors, which an engine that answers null to everything gives too: so
the share of results with a value stands first.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.tck.adapter import evaluate
from tests.tck.tck_cases import Case, Expected, cases, same

from dmnroute.errors import DmnrouteError
from dmnroute.feel.values import from_python

LEVELS = ("compliance-level-2", "compliance-level-3", "non-compliant")


def folder() -> Path | None:
    """The suite named by DMN_TCK, else one in a folder beside the project."""
    named = os.environ.get("DMN_TCK")
    beside = Path(__file__).resolve().parents[3]
    found = [Path(named)] if named else [*beside.glob("dmn-tck"), *beside.glob("*/dmn-tck")]
    return next((path for path in found if path.is_dir()), None)


def is_met(case: Case, expected: Expected) -> bool:
    """Whether a result is what the case wants; an error of ours is only good where the case wants one."""
    try:
        value = evaluate(str(case.model), expected.target, case.inputs, expected.node_type)
    except DmnrouteError:
        return expected.error
    if isinstance(value, dict) and expected.node_type == "decisionService" and expected.node in value:
        value = value[expected.node]
    return value is None if expected.error else same(expected.value, from_python(value))


class Score:
    """Counts of results and cases, passed and in all."""

    def __init__(self) -> None:
        self.passed: Counter[str] = Counter()
        self.all: Counter[str] = Counter()
        self.failures: list[str] = []

    def add(self, case: Case) -> None:
        """Run a case."""
        outcomes = [(expected, is_met(case, expected)) for expected in case.expected]
        for expected, met in outcomes:
            self._count("error" if expected.error or expected.value is None else "value", met)
        failed = [expected.node for expected, met in outcomes if not met]
        if failed:
            self.failures.append(f"{case.model.parent.name}, case {case.id}: {', '.join(failed)}")
        for kind in ("case", *(level for level in LEVELS if level in case.model.parts)):
            self._count(kind, not failed)

    def _count(self, kind: str, met: bool) -> None:
        self.all[kind] += 1
        self.passed[kind] += met

    def share(self, kind: str) -> str:
        """`12 of 12 (100.00 %)`"""
        share = 100 * self.passed[kind] / max(1, self.all[kind])
        return f"{self.passed[kind]:,} of {self.all[kind]:,} ({share:.2f} %)"

    def lines(self) -> Iterator[str]:
        """The score for people, the total last."""
        yield from (f"failed: {failure}" for failure in self.failures)
        yield f"results with a value:  {self.share('value')}"
        yield f"results null or error: {self.share('error')}"
        yield from (f"{level}: {self.share(level)}" for level in LEVELS if self.all[level])
        yield f"test cases: {self.share('case')}"


def main() -> int:
    """Print the score."""
    found = folder()
    if found is None:
        print("there is no copy of the DMN TCK: set DMN_TCK to its folder (github.com/dmn-tck/tck)", file=sys.stderr)
        return 2
    score = Score()
    for case in cases(found):
        score.add(case)
    print(*score.lines(), sep="\n")
    return 1 if score.failures else 0


if __name__ == "__main__":
    sys.exit(main())
