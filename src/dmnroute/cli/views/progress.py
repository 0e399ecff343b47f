"""One line per hop while a run is driven."""

from __future__ import annotations

from dataclasses import dataclass

from dmnroute.cli import streams
from dmnroute.cli.views.hops import because, what
from dmnroute.router.turn import Turn


@dataclass(frozen=True, slots=True)
class ProgressLines:
    """The listener of an engine."""

    quiet: bool = False
    named: bool = False
    """Begin each line with the run's id: several runs are driven at once."""

    def __call__(self, run: str, turn: Turn) -> None:
        if not self.quiet and turn.new:
            streams.say(line(run, turn, named=self.named))


def line(run: str, turn: Turn, *, named: bool = False) -> str:
    """``  2  read_text  because rule 4 (an office document)``; a child's lines begin with its step."""
    decision = turn.hop.decision
    name = run if named else run.partition("/")[2]
    label = f"{name}/{decision.hop}" if name else str(decision.hop)
    reason = because(decision)
    parts = [label.rjust(4), what(decision.plan), f"because {reason}" if reason else "", _said(decision.plan.reason)]
    return "  ".join(part for part in parts if part)


def _said(reason: str | None) -> str:
    return f"— {reason}" if reason else ""
