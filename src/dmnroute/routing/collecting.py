"""Collect the outputs of a fan-out: as a list, by branch, as their sum, …

    {verdict: "map", amount: "sum"}   →   facts.verdict = {"ann": "pay", "bob": "refuse"}, facts.amount = 70

What a hop collects takes the place of the fact of before. By branch index, never by arrival; null is no news.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dmnroute.errors import Place, RouteError, did_you_mean
from dmnroute.routing.catalogue import AgentSpec
from dmnroute.routing.collect_rules import Collect, CollectRule, kinds_for, rule_for
from dmnroute.routing.columns import Row
from dmnroute.routing.merge import MergeRule, combined, fits, merge
from dmnroute.routing.records.step import Outcome
from dmnroute.routing.shown import shown


def take_in(
    facts: dict[str, Any],
    outcomes: Iterable[Outcome],
    collect: Collect | None,
    rules: Mapping[str, MergeRule],
) -> None:
    """Take the outputs of a round into the facts; those of failed steps aren't news.

    Raises:
        RouteError: `merge`, when values don't go together.
    """
    gathered: dict[str, Any] = {}
    for outcome in outcomes:
        if outcome.status == "ok" and outcome.output:
            own = {name: value for name, value in outcome.output.items() if rule_for(collect, name) is None}
            merge(facts, own, rules)
            _gather(gathered, outcome, collect)
    facts.update(gathered)


def _gather(gathered: dict[str, Any], outcome: Outcome, collect: Collect | None) -> None:
    for name, value in (outcome.output or {}).items():
        rule = rule_for(collect, name)
        if rule is None or value is None:
            continue
        if not fits(_as_merged(rule), gathered.get(name), value):
            raise RouteError(
                f"fact `{name}` is collected by `{rule}`, and {shown(value)} doesn't go with it",
                code="merge",
                hint="agents must report numbers for `sum`, numbers or texts of one kind for `min` and `max`",
            )
        gathered[name] = _joined(rule, gathered.get(name), _alone(rule, outcome, value))


def _as_merged(rule: CollectRule) -> MergeRule:
    """How facts that were collected so merge with more of their kind."""
    if rule == "list":
        return "append"
    return "latest" if rule == "map" else rule


def _alone(rule: CollectRule, outcome: Outcome, value: Any) -> Any:
    """What one outcome gives, in the form of the whole."""
    if rule == "list":
        return [value]
    return {key_of(outcome): value} if rule == "map" else value


def key_of(outcome: Outcome) -> str:
    """Under which an outcome stands in a map; without a branch, its index in the hop."""
    return outcome.branch or outcome.step.rpartition(".")[2]


def _joined(rule: CollectRule, so_far: Any, more: Any) -> Any:
    return {**(so_far or {}), **more} if rule == "map" else combined(_as_merged(rule), so_far, more)


def check_collect(collect: Collect | None, row: Row, specs: Sequence[AgentSpec | None]) -> None:
    """What can't be collected is found before anybody is sent; of child runs nothing is known.

    Raises:
        RouteError: `collect`.
    """
    problem = problem_of(collect, specs)
    if problem is not None:
        place = Place(row.place.file, row.place.decision, row.place.rule, "output collect")
        raise RouteError(problem, code="collect", place=place)


def problem_of(collect: Collect | None, specs: Sequence[AgentSpec | None]) -> str | None:
    """A field that none of the agents gives, or a rule that doesn't take what they give; null when all is well."""
    known = [spec for spec in specs if spec is not None]
    given = frozenset[str]().union(*(spec.outputs for spec in known))
    if isinstance(collect, dict) and len(known) == len(specs) and all(spec.outputs for spec in known):
        for name in collect:
            if name not in given:
                agents = " or ".join(dict.fromkeys(f"`{spec.name}`" for spec in known))
                return f"`{name}` is no output field of {agents}{did_you_mean(name, given)}"
    for spec in known:
        for name, kind in sorted(spec.output_kinds.items()):
            rule = rule_for(collect, name)
            taken = kinds_for(rule) if rule else None
            if taken is not None and kind not in taken:
                return (
                    f"`{rule}` takes a {' or a '.join(sorted(taken))}, and `{name}` of agent `{spec.name}` is a {kind}"
                )
    return None
