"""Which guards a step has to pass."""

from __future__ import annotations

from dmnroute.errors import RouteError, did_you_mean
from dmnroute.routing.catalogue import Catalogue
from dmnroute.routing.columns import Row, agents
from dmnroute.routing.records.run import Guards
from dmnroute.routing.verdicts import WORDS, Side


def guards_of(row: Row, project: Guards, catalogue: Catalogue, side: Side) -> tuple[str, ...]:
    """The guards of a step: those of the whole project first, then those of its row.

    Raises:
        RouteError: `unknown_agent`, or `no_guard` when one gives no verdict.
    """
    everywhere = project.before if side == "before" else project.after
    names = tuple(dict.fromkeys((*everywhere, *agents(row, side))))
    for name in names:
        _refuse_what_is_no_guard(name, catalogue, row, side)
    return names


def _refuse_what_is_no_guard(name: str, catalogue: Catalogue, row: Row, side: Side) -> None:
    spec = catalogue.agents.get(name)
    if spec is None:
        raise RouteError(
            f"unknown guard `{name}`{did_you_mean(name, catalogue.agents)}",
            code="unknown_agent",
            place=row.place,
            hint=f"guards are agents; the column `{side}` and the setting `guards` name them",
        )
    if spec.outputs and "verdict" not in spec.outputs:
        raise RouteError(
            f"agent `{name}` can't guard: its output has no `verdict`",
            code="no_guard",
            place=row.place,
            hint=f"a guard's `verdict` is one of {', '.join(WORDS)}",
        )
