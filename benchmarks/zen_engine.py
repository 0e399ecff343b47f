"""zen-engine, in its fastest mode from Python: models loaded once, evaluated by key."""

from __future__ import annotations

import zen

from benchmarks.measuring import Call


def decision(content: dict[str, object]) -> Call:
    """A call that evaluates the model and gives the engine's whole answer; the value is its `result`."""
    engine = zen.ZenEngine({"loader": {"type": "static", "content": {"it": content}}})

    def evaluate(context: dict[str, object]) -> object:
        return engine.evaluate("it", context)

    return evaluate
