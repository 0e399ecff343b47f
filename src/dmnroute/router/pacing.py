"""When each of many runs is let go, so that not all of them ask the same agents at once. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from dmnroute.errors import UsageError

_RATE = re.compile(r"(?P<number>\d+(\.\d+)?)/(?P<unit>s|min|m|h)\Z")
_SECONDS = {"s": 1, "m": 60, "min": 60, "h": 3600}


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast runs are let go."""

    every: float = 0.0
    """Seconds between two of them."""
    jitter: float = 0.0
    """Seconds by which each comes later at most: drawn from its id, so the same run always draws the same."""

    def moments(self, runs: Sequence[str]) -> list[tuple[float, str]]:
        """Seconds from now for each run, the first one first."""
        late = (Random(run).random() * self.jitter for run in runs)
        moments = (number * self.every + more for number, more in enumerate(late))
        return sorted(zip(moments, runs, strict=True))


def pace_of(rate: str | None, *, jitter: float) -> Pace:
    """The pace of a rate such as `10/s`, `30/min` or `100/h`; without one all at once.

    Raises:
        UsageError: `bad_option`.
    """
    if rate is None:
        return Pace(jitter=jitter)
    found = _RATE.match(rate)
    if found is None or float(found["number"]) == 0:
        raise UsageError(f"`{rate}` is no rate", code="bad_option", hint="as in `10/s`, `30/min` or `100/h`")
    return Pace(_SECONDS[found["unit"]] / float(found["number"]), jitter)
