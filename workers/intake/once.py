"""Load a model at its first use, once, however many threads ask for it at the same time."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, wraps
from threading import Lock
from typing import TypeVar

T = TypeVar("T")


def once(load: Callable[[], T]) -> Callable[[], T]:
    """Call the loader at the first use only; threads that come meanwhile wait for that one result."""
    lock = Lock()
    kept = cache(load)

    @wraps(load)
    def loaded() -> T:
        with lock:
            return kept()

    return loaded
