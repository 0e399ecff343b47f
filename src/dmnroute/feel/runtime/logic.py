"""Three-valued logic (DMN 10.3.2.10): compiled code decides the plain cases, these the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmnroute.feel.notices import NoticeKind, Site
from dmnroute.feel.values.kinds import type_name

if TYPE_CHECKING:
    from dmnroute.feel.evaluation import Evaluation


def undecided(word: str, operands: tuple[object, ...], evaluation: Evaluation, site: Site) -> None:
    """A conjunction or disjunction that no operand decides, with at least one that is null or no boolean."""
    for operand in operands:
        if operand is not None and operand is not True and operand is not False:
            message = f"`{word}` takes conditions, not a {type_name(operand)}"
            evaluation.null(NoticeKind.TYPE_MISMATCH, message, site, *operands)
            return
    evaluation.null(NoticeKind.NULL_OPERAND, f"`{word}` with null", site, *operands)


def negated(value: bool | None) -> bool | None:
    """`not(…)` of unary tests."""
    return None if value is None else not value
