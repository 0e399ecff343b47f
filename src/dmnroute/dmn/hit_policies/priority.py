"""PRIORITY: of the matches the one with the most important output."""

from __future__ import annotations

from dmnroute.dmn.hit_policies.base import NOTHING, HitPolicy, Hits, Outcome
from dmnroute.dmn.hit_policies.ranking import by_priority
from dmnroute.dmn.model import HitPolicyName


def apply(hits: Hits) -> Outcome:
    """The value of the most important match; among equals the topmost."""
    matched = by_priority(tuple(hits.rows), hits.priorities)
    return Outcome(matched[0].value, matched[:1]) if matched else NOTHING


PRIORITY = HitPolicy(HitPolicyName.PRIORITY, apply)
