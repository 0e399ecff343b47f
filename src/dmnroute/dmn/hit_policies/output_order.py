"""OUTPUT ORDER: all matches, the most important output first."""

from __future__ import annotations

from dmnroute.dmn.hit_policies.base import NOTHING, HitPolicy, Hits, Outcome
from dmnroute.dmn.hit_policies.ranking import by_priority
from dmnroute.dmn.model import HitPolicyName


def apply(hits: Hits) -> Outcome:
    """The list of all values by importance, a list also for a single match."""
    matched = by_priority(tuple(hits.rows), hits.priorities)
    return Outcome([row.value for row in matched], matched) if matched else NOTHING


OUTPUT_ORDER = HitPolicy(HitPolicyName.OUTPUT_ORDER, apply)
