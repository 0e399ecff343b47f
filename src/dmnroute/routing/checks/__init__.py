"""Check a policy against the project it routes: facts, agents and columns.

One rule per file; `RULES` names them all.
"""

from __future__ import annotations

from pathlib import Path

from dmnroute.dmn import Model, load
from dmnroute.dmn import checks as dmn_checks
from dmnroute.dmn.checks import Finding
from dmnroute.errors import TableError
from dmnroute.routing.catalogue import Catalogue
from dmnroute.routing.checks.column_label import column_label
from dmnroute.routing.checks.foreign_input import foreign_input
from dmnroute.routing.checks.join_condition import join_condition
from dmnroute.routing.checks.known_names import known_names
from dmnroute.routing.checks.missing_form import missing_form
from dmnroute.routing.checks.missing_route import missing_route
from dmnroute.routing.checks.subject import PolicyRule, PolicySubject
from dmnroute.routing.checks.unknown_agent import unknown_agent
from dmnroute.routing.checks.unknown_column import unknown_column
from dmnroute.routing.checks.unknown_kind import unknown_kind
from dmnroute.routing.checks.wrong_collect import wrong_collect
from dmnroute.routing.checks.wrong_word import wrong_word
from dmnroute.routing.policy import ROUTE

RULES: tuple[PolicyRule, ...] = (
    missing_route,
    column_label,
    unknown_agent,
    missing_form,
    unknown_column,
    wrong_word,
    join_condition,
    wrong_collect,
    foreign_input,
    unknown_kind,
)


def check_policy(source: Model | Path, catalogue: Catalogue, *, route: str = ROUTE) -> tuple[Finding, ...]:
    """All findings of a policy, errors first: those of any DMN file, and those of routing.

    A file that can't be read has the findings of reading it alone.
    """
    try:
        model = load(source) if isinstance(source, Path) else source
    except TableError:
        return dmn_checks.check(source)
    subject = PolicySubject(model, catalogue, route)
    rules = [*dmn_checks.RULES, *(_bound(rule, subject) for rule in RULES)]
    return dmn_checks.check(model, known_names=known_names(subject), rules=rules)


def _bound(rule: PolicyRule, subject: PolicySubject) -> dmn_checks.Rule:
    return lambda _: rule(subject)
