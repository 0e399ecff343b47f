"""What was undone of a run, and what couldn't be."""

from __future__ import annotations

from collections.abc import Iterator

from dmnroute.routing.compensation import report, undoing
from dmnroute.routing.history import History


def undone(history: History) -> Iterator[str]:
    """A line for each step; nothing for a run that goes on, or had nothing to undo."""
    if undoing(history) is None:
        return
    found = report(history)
    for entry in found["undone"]:
        yield f"undone: {_step(entry, history)} by {entry['by']}"
    for entry in found["not_undone"]:
        yield f"not undone: {_step(entry, history)} by {entry['by']}: {entry['reason']}"


def _step(entry: dict[str, str], history: History) -> str:
    return f"{entry['step'].removeprefix(f'{history.run.id}/')} {entry['agent']}"
