"""FIRST: the topmost match; rules below it aren't looked at."""

from __future__ import annotations

from dmnroute.dmn.hit_policies.base import NOTHING, HitPolicy, Hits, Outcome
from dmnroute.dmn.model import HitPolicyName


def apply(hits: Hits) -> Outcome:
    """The value of the topmost match."""
    row = next(hits.rows, None)
    return NOTHING if row is None else Outcome(row.value, (row,))


FIRST = HitPolicy(HitPolicyName.FIRST, apply)
