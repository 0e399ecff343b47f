"""Check a DMN file before it is used: everything that loading refuses, and what is most likely a mistake.

One rule per file; ``RULES`` names them all. A layer above passes the names that it provides (``known_names``)
and rules of its own (``rules``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmnroute.dmn.checks.base import Rule, Subject
from dmnroute.dmn.checks.camunda_wrong import camunda_wrong
from dmnroute.dmn.checks.empty_output import empty_output
from dmnroute.dmn.checks.finding import Finding, from_error
from dmnroute.dmn.checks.known_names import KnownNames
from dmnroute.dmn.checks.missing_quotes import missing_quotes
from dmnroute.dmn.checks.spaced_name import spaced_name
from dmnroute.dmn.checks.unknown_name import unknown_name
from dmnroute.dmn.checks.unreachable_rule import unreachable_rule
from dmnroute.dmn.checks.zeebe_refuses import zeebe_refuses
from dmnroute.dmn.engine import Model
from dmnroute.dmn.loading import load_with_problems

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from dmnroute.dmn.library import Resolver
    from dmnroute.dmn.model import Dialect

RULES: tuple[Rule, ...] = (
    missing_quotes,
    unknown_name,
    empty_output,
    spaced_name,
    camunda_wrong,
    zeebe_refuses,
    unreachable_rule,
)


def check(
    source: Model | Path | str | bytes,
    *,
    known_names: Iterable[str] | None = None,
    rules: Iterable[Rule] = RULES,
    dialect: Dialect | None = None,
    resolver: Resolver | None = None,
    name: str = "",
) -> tuple[Finding, ...]:
    """All findings, errors first.

    ``known_names`` are the dotted paths that the caller provides as inputs (``last.confidence``,
    ``agents.*.breaker``); a name with nothing listed below it may be anything inside. Without them an unknown
    name is a warning at most.
    """
    if isinstance(source, Model):
        model, errors = source, []
    else:
        loaded, problems = load_with_problems(source, dialect=dialect, resolver=resolver, name=name)
        errors = problems.errors
        if loaded is None:
            return tuple(map(from_error, errors))
        model = loaded
    known = None if known_names is None else KnownNames.of(known_names)
    subject = Subject(model, known)
    findings = [from_error(error) for error in errors]
    findings += (finding for rule in rules for finding in rule(subject))
    return tuple(sorted(findings, key=lambda finding: finding.severity != "error"))


__all__ = ["RULES", "Finding", "KnownNames", "Rule", "Subject", "check"]
