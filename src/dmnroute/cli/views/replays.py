"""What came of taking recorded decisions once more."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from dmnroute.cli.recorded import Recorded
from dmnroute.cli.views.figures import count, indented
from dmnroute.errors import DmnrouteError
from dmnroute.routing.replay import Replayed, replay

MOST_DIFFERENCES = 10
"""Fields of a diverging decision that the text names."""


@dataclass(slots=True)
class Replays:
    """Runs replayed so far; of each diverging one, the first decision that came out differently."""

    runs: int = 0
    decisions: int = 0
    diverged: list[Replayed] = field(default_factory=list)

    def take(self, recorded: Recorded) -> None:
        """Replay a run, up to its first divergence: what was decided after it rests on what was recorded, too."""
        self.runs += 1
        first: Replayed | None = None
        for hop in range(1, len(recorded.history.hops) + 1):
            again = replay(recorded.history, hop, policy=recorded.policy, catalogue=recorded.catalogue)
            self.decisions += 1
            if not again.identical and first is None:
                first = again
        if first is not None:
            self.diverged.append(first)

    def text(self) -> str:
        """For people: each divergence, and the sum."""
        parts = [_divergence(each) for each in self.diverged]
        what = f"{count(self.decisions, 'decision')} of {count(self.runs, 'run')} taken once more"
        end = f"{count(len(self.diverged), 'run')} diverged" if self.diverged else "no divergence"
        return "\n\n".join([*parts, f"{what}: {end}"])

    def document(self) -> dict[str, Any]:
        """For programs."""
        return {
            "runs": self.runs,
            "decisions": self.decisions,
            "diverged": [
                {
                    "run": each.recorded.run,
                    "hop": each.recorded.hop,
                    "policy": each.recorded.policy,
                    "version": each.recorded.version,
                    "error": str(each.now) if isinstance(each.now, DmnrouteError) else None,
                    "differences": [
                        {"path": found.path, "recorded": found.recorded, "now": found.now} for found in each.differences
                    ],
                }
                for each in self.diverged
            ],
        }


def _divergence(each: Replayed) -> str:
    recorded = each.recorded
    head = f"run {recorded.run} diverges at hop {recorded.hop}, decided by {recorded.policy} version {recorded.version}"
    if isinstance(each.now, DmnrouteError):
        return f"{head}\n{indented(f'now an error: {each.now}')}"
    lines = [str(found) for found in each.differences]
    more = len(lines) - MOST_DIFFERENCES
    shown = [*lines[:MOST_DIFFERENCES], f"and {count(more, 'field')} more"] if more > 0 else lines
    return "\n".join([head, *map(indented, shown)])
