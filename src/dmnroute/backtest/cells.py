"""The cell of a table that is tuned: how it is named, and the table with another number in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from dmnroute.dmn.edit import with_cell
from dmnroute.dmn.model import DecisionTable
from dmnroute.errors import UsageError
from dmnroute.routing.canonical import digest_of_bytes
from dmnroute.routing.policy import PolicyVersion
from dmnroute.routing.thresholds import Bound, bounds_of

FORM = "DECISION/RULE/COLUMN"


@dataclass(frozen=True, slots=True)
class ThresholdCell:
    """An input cell with one number; rules and columns count from 1."""

    policy: PolicyVersion
    decision: str
    rule: int
    column: int
    label: str
    text: str
    bound: Bound

    @property
    def name(self) -> str:
        """``Quality, rule 2, `confidence` ``"""
        return f"{self.decision}, rule {self.rule}, `{self.label}`"

    def with_value(self, value: Decimal) -> PolicyVersion:
        """The version with another number in the cell."""
        if value == self.bound.value:
            return self.policy
        span = self.bound.span
        text = f"{self.text[: span.start]}{value:f}{self.text[span.end :]}"
        column = f"input {self.column}"
        model = with_cell(self.policy.model, self.decision, rule=self.rule, column=column, text=text)
        return replace(self.policy, model=model, digest=digest_of_bytes(model.source))


def cell_of(policy: PolicyVersion, name: str) -> ThresholdCell:
    """The cell of a name such as ``Quality/2/confidence``; a column is its number, its label or its expression.

    Raises:
        UsageError: `bad_cell`.
        TableError: there is no such decision.
    """
    decision, number, column = _parts(name)
    found = policy.model.decision(decision)
    table = found.element.expression
    if not isinstance(table, DecisionTable):
        raise _bad(name, f"`{decision}` is no decision table")
    if not 1 <= number <= len(table.rules):
        raise _bad(name, f"`{decision}` has no rule {number}; it has {len(table.rules)}")
    labels = [(each.label, each.name, each.input_expression.text) for each in table.inputs]
    places = [place for place, names in enumerate(labels, 1) if column in names or column == str(place)]
    if not places:
        known = ", ".join(f"`{next(filter(None, names))}`" for names in labels)
        raise _bad(name, f"`{decision}` has no input column `{column}`; it has {known}")
    text = table.rules[number - 1].input_entries[places[0] - 1].text
    bounds = bounds_of(text, policy.model.definitions.dialect)
    if len(bounds) != 1:
        reason = "compares with no number" if not bounds else f"compares with {len(bounds)} numbers"
        raise _bad(name, f"the cell `{text}` {reason}, and one is needed")
    label = next(filter(None, labels[places[0] - 1]))
    return ThresholdCell(policy, found.name, number, places[0], label, text, bounds[0])


def _parts(name: str) -> tuple[str, int, str]:
    parts: Sequence[str] = name.split("/", 2)
    if len(parts) != 3 or not parts[1].strip().isdecimal():
        raise _bad(name, f"`{name}` names no cell")
    return parts[0].strip(), int(parts[1]), parts[2].strip()


def _bad(name: str, reason: str) -> UsageError:
    return UsageError(
        reason, code="bad_cell", hint=f"a cell is named {FORM}, as in `Quality/2/confidence`; rules count from 1"
    )
