"""Time calls, and print what came out."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Iterable, Sequence

Call = Callable[[dict[str, object]], object]


def median_microseconds(call: Call, contexts: Sequence[dict[str, object]], *, warm: int = 500) -> float:
    """The median time of one call over the contexts, each timed alone; the clock's own time is part of it."""
    clock = time.perf_counter_ns
    for context in contexts[:warm]:
        call(context)
    times = []
    for context in contexts:
        start = clock()
        call(context)
        times.append(clock() - start)
    return statistics.median(times) / 1000


def in_turns(measures: Sequence[Callable[[], float]], rounds: int = 3) -> list[float]:
    """The lowest figure of each measure over some rounds: something may disturb the machine for a second."""
    return [min(figures) for figures in zip(*([measure() for measure in measures] for _ in range(rounds)), strict=True)]


def best_seconds(call: Callable[[], object], repetitions: int = 7) -> float:
    """The least processor time of several runs, in seconds: what one core needs, whatever else the machine does."""
    gc.collect()
    gc.freeze()  # what other measurements have left isn't looked through during this one
    times = []
    for _ in range(repetitions):
        start = time.process_time()
        call()
        times.append(time.process_time() - start)
    return min(times)


def show(title: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table in Markdown, so that it can be pasted into a page."""
    print(f"\n## {title}\n\n| {' | '.join(head)} |\n|{' --- |' * len(head)}")
    for row in rows:
        cells = (f"{cell:.2f}" if isinstance(cell, float) and cell < 100 else _plain(cell) for cell in row)
        print(f"| {' | '.join(cells)} |", flush=True)


def ratio(other: float, ours: float) -> str:
    """How many times longer the other takes."""
    return f"{other / ours:.1f} ×"


def _plain(cell: object) -> str:
    return f"{cell:,.0f}" if isinstance(cell, float) else str(cell)
