"""Which change a policy's versions allow next, and by whom."""

from __future__ import annotations

from typing import assert_never

from dmnroute.errors import OperatorError, UsageError
from dmnroute.routing.records.policy_change import PolicyChange
from dmnroute.routing.versions.life import Life
from dmnroute.routing.versions.line import Line


def changes_nothing(life: Life, change: PolicyChange) -> bool:
    """Whether things are already as the change would have them: asking twice is no mistake."""
    line, known = _line(life, change), life.versions.get(change.version)
    match change.kind:
        case "draft":
            return known is not None
        case "verify":
            return known is not None and known.verified
        case "shadow":
            return line.shadow is not None and line.shadow.version == change.version
        case "unshadow":
            return line.shadow is None
        case "canary":
            return life.after(change).lines == life.lines
        case "activate":
            own = line.active(change.at) == change.version
            return own and line.canary is None and change.starts is None and change.ends is None
        case "process":
            return life.process == change.process
        case "rollback":
            return False
    assert_never(change.kind)


def check_change(life: Life, change: PolicyChange, *, four_eyes: bool = False) -> None:
    """Whether the change may be made.

    Raises:
        OperatorError: `unknown_version`.
        UsageError: the version's state doesn't allow it, or, with `four_eyes`, its author asks for it.
    """
    if change.kind in ("draft", "verify"):
        return
    if change.version not in life.versions:
        raise OperatorError(
            f"policy `{change.policy}` has no published version {change.version}", code="unknown_version"
        )
    if change.kind in ("shadow", "canary", "activate"):
        _check_trial(life, change, four_eyes=four_eyes)
    elif change.kind == "rollback":
        _check_rollback(life, change)


def _check_trial(life: Life, change: PolicyChange, *, four_eyes: bool) -> None:
    line, named = _line(life, change), _named(change)
    if not life.versions[change.version].verified:
        raise UsageError(
            f"{named} is a draft", code="not_verified", hint="`dmnroute policy publish` brings it through the gate"
        )
    if change.kind != "activate" and line.active(change.at) in (None, change.version):
        none = f"can't be tried: tenant `{change.tenant}` has no active version of its own beside it"
        why = "is active already" if line.active(change.at) else none
        raise UsageError(f"{named} {why}", code="nothing_to_compare")
    under_way = line.canary
    if change.kind != "shadow" and under_way is not None and under_way.version != change.version:
        raise UsageError(
            f"version {under_way.version} of policy `{change.policy}` is under way as a canary",
            code="canary_under_way",
            hint="activate it, or roll it back first",
        )
    if change.kind == "activate" and change.ends is not None and change.ends <= (change.starts or change.at):
        raise UsageError("an activation ends after it has begun", code="bad_span")
    if change.kind != "shadow" and four_eyes and change.who in life.versions[change.version].authors:
        raise UsageError(
            f"{named} was published by {change.who}: somebody else has to approve it",
            code="four_eyes",
            hint="the setting `four_eyes` asks for a second person",
        )


def _check_rollback(life: Life, change: PolicyChange) -> None:
    """There must be something to go back to: a policy whose runs nothing decides would stop them all."""
    line = _line(life, change)
    if line.canary is not None:
        if line.canary.version != change.version:
            raise UsageError(f"{_named(change)} isn't the canary", code="not_in_use")
        return
    if line.active(change.at) != change.version:
        raise UsageError(f"{_named(change)} isn't active for tenant `{change.tenant}`", code="not_in_use")
    if life.after(change).active(change.at, change.tenant) is None:
        raise UsageError(f"{_named(change)} is the first one: there is nothing to go back to", code="nothing_before")


def _line(life: Life, change: PolicyChange) -> Line:
    """The tenant's own one: changes of a tenant never touch those of others."""
    return life.lines.get(change.tenant, Line())


def _named(change: PolicyChange) -> str:
    return f"version {change.version} of policy `{change.policy}`"
