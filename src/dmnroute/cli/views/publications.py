"""How far a table has come, and what was done with its versions, in words and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dmnroute.cli import streams
from dmnroute.cli.errors import finding_document
from dmnroute.cli.views.figures import count, minute

if TYPE_CHECKING:
    from dmnroute.cli.publishing import Span
    from dmnroute.publishing.publish import Publication
    from dmnroute.routing.records.policy_change import PolicyChange


def publication_document(found: Publication) -> dict[str, Any]:
    """A publication as JSON."""
    return {
        "policy": found.policy,
        "published": not found.refused,
        "version": found.version,
        "state": found.state,
        "base": found.base,
        "changes": list(found.changes),
        "cases": found.cases,
        "new": found.new,
        "held": None if found.held is None else found.held.message,
        "findings": [finding_document(finding) for finding in found.findings],
    }


def tell_publication(found: Publication, span: Span | None = None) -> None:
    """How far a table has come, in lines."""
    for finding in found.findings:
        streams.show_problem(f"{finding}\n")
    if found.refused:
        streams.say(f"{found.policy}: not published; {count_of(found)}")
        return
    what = f"{found.policy}: version {found.version} is {found.state}"
    passed = f", {found.cases} test cases passed" if found.cases else ""
    streams.say(what + ("" if found.new else " already") + passed)
    if span is not None and span.starts is not None and found.state != "active" and found.held is None:
        streams.say(f"  it decides from {minute(span.starts)}" + (f" until {minute(span.ends)}" if span.ends else ""))
    for change in found.changes:
        streams.say(f"  {change}")
    if found.held is not None:
        streams.say(f"  not active yet: {found.held.message}")


def count_of(found: Publication) -> str:
    """``2 errors``"""
    return count(sum(finding.severity == "error" for finding in found.findings), "error")


def change_line(change: PolicyChange) -> str:
    """What somebody did, in words: ``activate version 3 for tenant `north` ``."""
    words = [change.kind, f"version {change.version}"]
    if change.process is not None:
        words.append(f"as `{change.process}` on Zeebe")
    if change.tenant != "default":
        words.append(f"for tenant `{change.tenant}`")
    if change.share is not None:
        words.append(f"for {change.share * 100:f} % of new runs".replace(".0 %", " %"))
    if change.tenants:
        words.append(f"of {', '.join(change.tenants)}")
    words += [f"{word} {minute(at)}" for word, at in (("from", change.starts), ("until", change.ends)) if at]
    return " ".join(words)
