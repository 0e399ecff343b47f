"""`--set`: one cell of the policy changed for this demo, in memory."""

from __future__ import annotations

import re
from dataclasses import dataclass

from dmnroute.dmn import Model
from dmnroute.dmn.edit import with_cell
from dmnroute.errors import UsageError

_FORM = re.compile(r"(?P<decision>.+?)/(?P<rule>\d+)/(?P<column>[^=]+)=(?P<cell>.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Change:
    """Another text in one cell. Rules count from 1; a column is named by label, name or expression."""

    decision: str
    rule: int
    column: str
    cell: str

    def __str__(self) -> str:
        """`Quality/3/coverage=< 0.55`, as `--set` takes it."""
        return f"{self.decision}/{self.rule}/{self.column}={self.cell}"

    def same_cell(self, decision: str, rule: int, column: str) -> bool:
        """Whether it changes this cell."""
        return (self.decision, self.rule, self.column) == (decision, rule, column)

    def apply(self, model: Model) -> Model:
        """The model with the changed cell. Raises TableError when there is no such cell, or it can't be compiled."""
        return with_cell(model, self.decision, rule=self.rule, column=self.column, text=self.cell)


def read_change(text: str) -> Change:
    """Read `Decision/rule/column=cell`.

    Raises:
        UsageError: the text has another form.
    """
    found = _FORM.fullmatch(text)
    if found is None:
        raise UsageError(
            f"can't read the change `{text}`",
            code="bad_change",
            hint="write `Decision/rule/column=cell`, as in `Quality/3/coverage=< 0.55`",
        )
    decision, rule, column, cell = (found[name].strip() for name in ("decision", "rule", "column", "cell"))
    return Change(decision, int(rule), column, cell)


def apply_all(model: Model, changes: tuple[Change, ...]) -> Model:
    """The model with all changes, one after the other."""
    for change in changes:
        model = change.apply(model)
    return model
