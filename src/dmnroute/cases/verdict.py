"""What came of a test case."""

from __future__ import annotations

from dataclasses import dataclass

from dmnroute.cases.placed import PlacedCase


@dataclass(frozen=True, slots=True)
class Verdict:
    """A case with what wasn't as expected, in words; nothing when it passed."""

    placed: PlacedCase
    problems: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        return not self.problems
