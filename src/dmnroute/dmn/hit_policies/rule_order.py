"""RULE ORDER: all matches, in the order of the rules."""

from __future__ import annotations

from dmnroute.dmn.hit_policies.base import NOTHING, HitPolicy, Hits, Outcome
from dmnroute.dmn.model import HitPolicyName


def apply(hits: Hits) -> Outcome:
    """The list of all values, a list also for a single match."""
    matched = tuple(hits.rows)
    return Outcome([row.value for row in matched], matched) if matched else NOTHING


RULE_ORDER = HitPolicy(HitPolicyName.RULE_ORDER, apply)
