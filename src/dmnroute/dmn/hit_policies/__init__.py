"""Hit policies: what several matching rules mean (DMN 1.5, 8.2.10). One file each, one list of all."""

from __future__ import annotations

from dmnroute.dmn.hit_policies.any import ANY
from dmnroute.dmn.hit_policies.base import HitPolicy
from dmnroute.dmn.hit_policies.collect import COLLECT
from dmnroute.dmn.hit_policies.first import FIRST
from dmnroute.dmn.hit_policies.output_order import OUTPUT_ORDER
from dmnroute.dmn.hit_policies.priority import PRIORITY
from dmnroute.dmn.hit_policies.rule_order import RULE_ORDER
from dmnroute.dmn.hit_policies.unique import UNIQUE
from dmnroute.dmn.model import HitPolicyName

HIT_POLICIES: tuple[HitPolicy, ...] = (UNIQUE, FIRST, PRIORITY, ANY, COLLECT, RULE_ORDER, OUTPUT_ORDER)

_BY_NAME = {policy.name: policy for policy in HIT_POLICIES}


def hit_policy(name: HitPolicyName) -> HitPolicy:
    """The hit policy with this name."""
    return _BY_NAME[name]
