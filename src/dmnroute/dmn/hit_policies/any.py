"""ANY: several rules may match when their outputs are equal."""

from __future__ import annotations

from dmnroute.dmn.equality import same
from dmnroute.dmn.hit_policies.base import NOTHING, HitPolicy, Hits, Outcome
from dmnroute.dmn.hit_policies.words import rules
from dmnroute.dmn.model import HitPolicyName


def apply(hits: Hits) -> Outcome:
    """The value that all matches share."""
    matched = tuple(hits.rows)
    if not matched:
        return NOTHING
    other = next((row for row in matched[1:] if not same(row.value, matched[0].value)), None)
    if other is None:
        return Outcome(matched[0].value, matched)
    reason = f"{rules((matched[0], other))} match with different outputs, but hit policy ANY wants equal ones"
    return Outcome(None, matched, reason)


ANY = HitPolicy(HitPolicyName.ANY, apply)
