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

    def __call__(self, run: str, turn: Turn) -> None:
        if not self.quiet and turn.new:
            streams.say(line(run, turn))


def line(run: str, turn: Turn) -> str:
    """``  2  read_text  because rule 4 (an office document)``; a child's lines begin with its step."""
    decision = turn.hop.decision
    _, slash, child = run.partition("/")
    label = f"{child}/{decision.hop}" if slash else str(decision.hop)
    reason = because(decision)
    parts = [label.rjust(4), what(decision.plan), f"because {reason}" if reason else "", _said(decision.plan.reason)]
    return "  ".join(part for part in parts if part)


def _said(reason: str | None) -> str:
    return f"— {reason}" if reason else ""
