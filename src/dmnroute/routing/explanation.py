"""Why a hop was decided as it was: every rule of every table that the route needed, against what the run knew then."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import localcontext
from typing import Any

from dmnroute.dmn import Explanation, Result
from dmnroute.dmn.explain import RuleExplanation
from dmnroute.errors import OperatorError
from dmnroute.routing.catalogue import Catalogue
from dmnroute.routing.context import build_context
from dmnroute.routing.decide import DECIMAL128
from dmnroute.routing.history import History
from dmnroute.routing.no_match import null_inputs
from dmnroute.routing.policy import PolicyVersion
from dmnroute.routing.records.hop import DecisionRecord
from dmnroute.routing.records.shadow import ShadowHop


@dataclass(frozen=True, slots=True)
class DecisionExplanation:
    """One decision of a hop: what it answered, and how its rules stood; without rules when it is no table."""

    result: Result
    table: Explanation
    nulls: tuple[str, ...] = ()
    """The inputs that were null, each with whoever should have reported it."""

    @property
    def taken(self) -> frozenset[int]:
        """The rules that made the value, counted from 1."""
        return frozenset(rule.index for rule in self.result.matched)

    @property
    def passed_over(self) -> tuple[RuleExplanation, ...]:
        """Rules that were met as well, and that the hit policy left aside."""
        return tuple(rule for rule in self.table.matched if rule.index not in self.taken)

    @property
    def near_misses(self) -> tuple[RuleExplanation, ...]:
        """Rules that one single cell kept from matching."""
        return tuple(rule for rule in self.table.rules if len(rule.unmet) == 1)


@dataclass(frozen=True, slots=True)
class HopExplanation:
    """A recorded decision with the tables that made it: the route itself first, then what it required."""

    decision: DecisionRecord
    context: Mapping[str, Any]
    """What the tables could read."""
    decisions: tuple[DecisionExplanation, ...]
    """Empty where the tables weren't asked: a limit ended the run before, the hop followed from an earlier one, or
    a person forced it."""
    shadow: ShadowHop | None = None
    """What a shadow version made of the hop, where there was one."""


def explain_hop(
    history: History, hop: int, policy: Callable[[DecisionRecord], PolicyVersion], catalogue: Catalogue
) -> HopExplanation:
    """Explain a recorded decision by the version that took it; `policy` finds that.

    Raises:
        OperatorError: `unknown_hop`, or `unknown_version` when the tables aren't those that were recorded.
        TableError: the version can't be evaluated for that hop.
    """
    if not 1 <= hop <= len(history.hops):
        count = len(history.hops)
        raise OperatorError(f"run `{history.run.id}` has no hop {hop}; it has {count}", code="unknown_hop")
    recorded = history.hops[hop - 1].decision
    with localcontext(DECIMAL128):
        context = recorded_context(history, hop)
        decisions = _decisions(_version(policy, recorded), context, catalogue, recorded) if _asked(recorded) else ()
    return HopExplanation(recorded, context, decisions)


def recorded_context(history: History, hop: int) -> dict[str, Any]:
    """What the tables could read when a hop was decided."""
    recorded = history.hops[hop - 1].decision
    return build_context(
        history.before(hop), recorded.previous, now=recorded.at, figures=recorded.figures, standing=recorded.standing
    )


def _asked(recorded: DecisionRecord) -> bool:
    """Whether the tables were asked: no limit, follow-up or person came before them."""
    return recorded.limit not in ("hops", "time") and recorded.stage is None and recorded.forced is None


def _version(policy: Callable[[DecisionRecord], PolicyVersion], recorded: DecisionRecord) -> PolicyVersion:
    """The version that took the decision: other tables would explain something else."""
    version = policy(recorded)
    if version.digest != recorded.digest:
        raise OperatorError(
            f"version {recorded.version} of policy `{recorded.policy}` isn't what decided hop {recorded.hop}:"
            f" its digest is {version.digest}, and {recorded.digest} was recorded",
            code="unknown_version",
            hint="`dmnroute replay` shows what these tables would have decided",
        )
    return version


def _decisions(
    policy: PolicyVersion, context: Mapping[str, Any], catalogue: Catalogue, recorded: DecisionRecord
) -> tuple[DecisionExplanation, ...]:
    route = policy.model.evaluate(policy.route, context, now=recorded.at)
    found = []
    for result in (route, *route.required.values()):
        table = policy.model.decision(result.decision).explain(context, now=recorded.at)
        found.append(DecisionExplanation(result, table, tuple(null_inputs(table, context, catalogue))))
    return tuple(found)
