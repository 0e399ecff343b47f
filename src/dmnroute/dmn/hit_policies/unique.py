"""UNIQUE: no two rules may match."""

from __future__ import annotations

from dmnroute.dmn.hit_policies.base import NOTHING, HitPolicy, Hits, Outcome
from dmnroute.dmn.hit_policies.words import rules
from dmnroute.dmn.model import HitPolicyName


def apply(hits: Hits) -> Outcome:
    """The value of the only match."""
    matched = tuple(hits.rows)
    if len(matched) > 1:
        return Outcome(None, matched, f"{rules(matched)} match, but hit policy UNIQUE allows one only")
    return Outcome(matched[0].value, matched) if matched else NOTHING


UNIQUE = HitPolicy(HitPolicyName.UNIQUE, apply)
