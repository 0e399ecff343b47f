"""zen-engine, in its fastest mode from Python: models loaded once, evaluated by key."""

from __future__ import annotations

from typing import Any

import zen

from benchmarks.measuring import Call


def decision(content: dict[str, object]) -> Call:
    """A call that evaluates the model and gives the engine's whole answer."""
    engine = zen.ZenEngine({"loader": {"type": "static", "content": {"it": content}}})

    def evaluate(context: dict[str, object]) -> object:
        return engine.evaluate("it", context)

    return evaluate


def comparable(answer: Any) -> object:
    """What the engine answered, with an empty object where it means that nothing matched."""
    return _numbers(answer["result"]) or None


def ours(value: Any) -> object:
    """Our value in the same shape."""
    return _numbers(value) or None


def _numbers(value: Any) -> object:
    if isinstance(value, dict):
        return {key: _numbers(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_numbers(each) for each in value]
    return value if value is None or isinstance(value, str) else round(float(value), 9)
