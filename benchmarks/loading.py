"""From XML to ready, and what stays in memory."""

from __future__ import annotations

import gc
import tracemalloc

from benchmarks.measuring import best_seconds, show
from benchmarks.tables import contexts, random_table, to_dmn
from benchmarks.targets import Target
from dmnroute.dmn import load


def measure() -> list[Target]:
    """10,000 rules of 8 columns: structure, every cell and every reference are checked while loading."""
    text = to_dmn(random_table(10_000, "FIRST")).encode()
    seconds = best_seconds(lambda: load(text), 5)
    first = _first_answer(text)
    kept, after = _memory(text)
    head = (
        "cells",
        "MB of XML",
        "processor seconds to load",
        "MB kept",
        "MB after 10,000 decisions",
        "ms to the first answer",
    )
    show("A table of 10,000 rules", head, [("80,000", len(text) / 1e6, seconds, kept, after, first * 1000)])
    return [
        Target("from XML to ready, 80,000 cells", seconds, 1, "s", at_most=True),
        Target("kept in memory, 80,000 cells", after, 60, "MB", at_most=True),
    ]


def _memory(text: bytes) -> tuple[float, float]:
    """Megabytes that Python keeps after loading, and after use."""
    gc.collect()
    tracemalloc.start()
    decision = load(text).decision("Decide")
    gc.collect()
    kept = tracemalloc.get_traced_memory()[0]
    for context in contexts(10_000):
        decision.value(context)
    gc.collect()
    after = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    return kept / 1e6, after / 1e6


def _first_answer(text: bytes) -> float:
    decision = load(text).decision("Decide")
    context = contexts(10_000, 1)[0]
    return best_seconds(lambda: decision.value(context), 1)
