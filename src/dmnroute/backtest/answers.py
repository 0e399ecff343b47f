"""What a version of a policy answers to a context: the way that it sends a run, and the rules that say so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import localcontext
from typing import Any

from dmnroute.errors import DmnrouteError, Place
from dmnroute.routing import columns
from dmnroute.routing.asking import evaluate_route, rule_hits
from dmnroute.routing.canonical import dumps, plain
from dmnroute.routing.catalogue import Catalogue
from dmnroute.routing.columns import HOP_COLUMNS, Row
from dmnroute.routing.decide import DECIMAL128
from dmnroute.routing.drafts import refuse_unknown_agents, refuse_unknown_columns
from dmnroute.routing.hop_columns import action_of, agreed
from dmnroute.routing.policy import PolicyVersion
from dmnroute.routing.records.hop import RuleHit
from dmnroute.routing.rows import rows_of

MANNER = frozenset(
    ("reason", "timeout", "retries", "backoff", "max_cost", "priority", "reuse", "reuse_for", "due", "remind", "notify")
)
"""Columns that say how a hop is carried out; where the run goes is in the others."""


@dataclass(frozen=True, slots=True)
class Way:
    """Where a run is sent: two ways are the same when a run can't tell them apart, but for time and retries."""

    action: str
    agents: tuple[str, ...]
    """One for each agent of each matched rule, in order."""
    rest: str
    """The other columns that matter, as JSON: parameters, groups, signals, results."""

    @property
    def name(self) -> str:
        """``ocr``, ``ocr + grade``, ``escalate``"""
        return " + ".join(self.agents) or "nothing" if self.action == "dispatch" else self.action


@dataclass(frozen=True, slots=True)
class Answer:
    """The way, or the error that would stop the run."""

    way: Way | None
    rules: tuple[RuleHit, ...] = ()
    """The rules that matched, those of required decisions first."""
    error: DmnrouteError | None = None

    @property
    def name(self) -> str:
        """The way's name, or the code of the error."""
        return self.way.name if self.way else f"error {self.error.code}" if self.error else ""

    def taken(self, route: str) -> tuple[int, ...]:
        """The rules of the route's own table."""
        return tuple(hit.rule for hit in self.rules if hit.decision == route)

    def leads_as(self, other: Answer) -> bool:
        """Whether a run goes the same way with both."""
        if self.error and other.error:
            return self.error.code == other.error.code
        return self.way == other.way


def answer_of(policy: PolicyVersion, context: Mapping[str, Any], catalogue: Catalogue, *, now: datetime) -> Answer:
    """Ask the tables of a version."""
    rules: tuple[RuleHit, ...] = ()
    try:
        with localcontext(DECIMAL128):
            result = evaluate_route(policy, context, catalogue, now=now)
            rules = rule_hits(result)
            rows = rows_of(result, policy)
            return Answer(way_of(rows, policy, catalogue), rules)
    except DmnrouteError as error:
        return Answer(None, rules, error)


def way_of(rows: Sequence[Row], policy: PolicyVersion, catalogue: Catalogue) -> Way:
    """Where the matched rows send a run.

    Raises:
        RouteError: `route_conflict`, `empty_route`, `wrong_type`, `unknown_agent` or `unknown_column`.
    """
    hop = {name: agreed(rows, name) for name in HOP_COLUMNS}
    action = action_of(rows, hop["action"], place=Place(decision=policy.route))
    named = [columns.agents(row) for row in rows]
    if hop["pick"] == "first":
        named = [agents[:1] for agents in named]
    for row, agents in zip(rows, named, strict=True):
        refuse_unknown_agents(row, agents, catalogue)
        refuse_unknown_columns(row, agents, catalogue)
    own = {name: value for name, value in hop.items() if name not in ("action", "pick") and _matters(name, value)}
    each = [{k: v for k, v in row.values.items() if k not in HOP_COLUMNS and _matters(k, v)} for row in rows]
    rest = dumps(plain([own, each if action == "dispatch" else []]))
    return Way(action, tuple(agent for agents in named for agent in agents), rest)


def _matters(column: str, value: Any) -> bool:
    return value is not None and column not in MANNER
