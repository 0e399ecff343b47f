"""A rule below one that always matches, or below one with the same conditions, in a table of policy FIRST."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmnroute.dmn.checks.finding import Finding
from dmnroute.dmn.model import HitPolicyName

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dmnroute.dmn.checks.base import Subject
    from dmnroute.dmn.model import DecisionRule, DecisionTable
    from dmnroute.dmn.places import Where


def unreachable_rule(subject: Subject) -> Iterator[Finding]:
    """Warn about rules that can never be the first match."""
    for where, table in subject.tables():
        if table.hit_policy is HitPolicyName.FIRST:
            yield from _in(table, where)


def _in(table: DecisionTable, where: Where) -> Iterator[Finding]:
    seen: dict[tuple[str, ...], int] = {}
    for number, rule in enumerate(table.rules, start=1):
        conditions = _conditions(rule)
        catch_all = seen.get(("",) * len(conditions))
        above = catch_all or seen.get(conditions)
        if above is not None:
            reason = "always matches" if above == catch_all else "has the same conditions"
            yield Finding(
                "unreachable_rule",
                "warning",
                f"rule {number} can never be reached: rule {above} above it {reason}",
                where.place(rule=number),
                f"move rule {number} above rule {above}, or remove it",
            )
        seen.setdefault(conditions, number)


def _conditions(rule: DecisionRule) -> tuple[str, ...]:
    """The texts of the input cells; cells that are always met are empty."""
    return tuple("" if entry.text == "-" else entry.text for entry in rule.input_entries)
