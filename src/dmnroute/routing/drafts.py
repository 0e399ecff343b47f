"""Who is asked in a hop, by which row, and for which element."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dmnroute.errors import RouteError, did_you_mean
from dmnroute.routing import columns
from dmnroute.routing.branches import branches_of, distinct_keys
from dmnroute.routing.catalogue import Catalogue
from dmnroute.routing.columns import Row
from dmnroute.routing.inputs import parameters
from dmnroute.routing.records.run import Run
from dmnroute.routing.records.step import CHILD_RUN, PROCESS
from dmnroute.routing.situation import Situation


@dataclass(frozen=True, slots=True)
class Draft:
    """One step before it has an index: who, by which row, for which element."""

    row: Row
    agent: str
    element: Mapping[str, Any]
    key: str | None = None
    """Of its branch, among those of its row."""

    @property
    def name(self) -> str:
        """The name of the outcome in `steps`: `as`, the agent's name, or the child's without its prefix."""
        return columns.name(self.row, "as") or self.agent.removeprefix(CHILD_RUN).removeprefix(PROCESS)


def branch_keys(drafts: Sequence[Draft], run: Run) -> list[str | None]:
    """The keys of the steps of a hop; runs of edition 1 have none."""
    if run.edition == 1:
        return [None for _ in drafts]
    return distinct_keys([(draft.name, draft.key) for draft in drafts])


def drafts_of(row: Row, situation: Situation, *, pick: str | None) -> Iterator[Draft]:
    """The steps that a row asks for; `pick` is `first` when only the first agent of its list counts.

    Raises:
        RouteError: `unknown_agent`, `too_deep`, `unknown_column` or `wrong_type`.
    """
    names = columns.agents(row)
    if pick == "first":
        names = names[:1]
    refuse_unknown_agents(row, names, situation.catalogue)
    _refuse_deep_children(row, names, situation.run)
    refuse_unknown_columns(row, names, situation.catalogue)
    for name in names:
        for branch in branches_of(row):
            yield Draft(row, name, branch.element, branch.key)


def refuse_unknown_agents(row: Row, names: Sequence[str], catalogue: Catalogue) -> None:
    """Raise RouteError `unknown_agent` for a name that nobody answers to."""
    for name in names:
        if name in catalogue.agents or name.startswith((CHILD_RUN, PROCESS)):
            continue
        known = ", ".join(f"`{agent}`" for agent in sorted(catalogue.agents))
        raise RouteError(
            f"unknown agent `{name}`{did_you_mean(name, catalogue.agents)}",
            code="unknown_agent",
            place=row.place,
            hint=f"known agents: {known}" if known else "no agents are loaded",
        )


def _refuse_deep_children(row: Row, names: Sequence[str], run: Run) -> None:
    """A policy that calls itself must not go on for ever."""
    for name in names:
        if name.startswith(CHILD_RUN) and run.limits.depth == 0:
            raise RouteError(
                f"child run `{name}` would be nested deeper than this run may go",
                code="too_deep",
                place=row.place,
                hint="does a policy start itself? the limit `depth` says how deep children may be nested",
            )


def refuse_unknown_columns(row: Row, names: Sequence[str], catalogue: Catalogue) -> None:
    """A parameter has to be an input field of at least one of the row's agents; children take any."""
    specs = [catalogue.agents.get(name) for name in names]
    if None in specs or not specs:
        return
    fields = frozenset[str]().union(*(spec.fields for spec in specs if spec))
    for column in sorted(parameters(row).keys() - fields):
        raise RouteError(
            f"column `{column}` is no input field of {' or '.join(f'`{n}`' for n in names)}"
            f"{did_you_mean(column, [*fields, *columns.RESERVED])}",
            code="unknown_column",
            place=row.place,
            hint=f"input fields: {', '.join(sorted(fields))}",
        )
