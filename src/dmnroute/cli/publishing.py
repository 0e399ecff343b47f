"""What the commands about versions share: who asks, the gate of this project, and what they say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, TypeAlias

import typer

from dmnroute.cli import streams
from dmnroute.cli.who import who_asks
from dmnroute.errors import OperatorError

if TYPE_CHECKING:
    from dmnroute.app import App
    from dmnroute.cli.session import Session
    from dmnroute.policies.versions import Asked, Versions
    from dmnroute.publishing.gate import Gate
    from dmnroute.publishing.publish import Publication
    from dmnroute.routing.ports.store import Store
    from dmnroute.routing.records.policy_change import PolicyChange
    from dmnroute.routing.records.run import RunState
    from dmnroute.settings import Settings

GONE = frozenset({"not_stopped", "instance_gone"})
"""Why a run that was stopped a moment ago can't be retried: somebody else was faster."""

Starts: TypeAlias = Annotated[
    str | None, typer.Option("--from", metavar="MOMENT", help="From when it decides (ISO 8601). Default: now.")
]
Ends: TypeAlias = Annotated[
    str | None, typer.Option("--until", metavar="MOMENT", help="Until when; what was active before decides then.")
]


class Span(NamedTuple):
    """From when and until when a version decides."""

    starts: datetime | None = None
    ends: datetime | None = None


RetryStopped: TypeAlias = Annotated[
    bool, typer.Option("--retry", help="Let runs go on that a mistake in the policy stopped.")
]


@dataclass(frozen=True, slots=True)
class Offered:
    """The runs that a policy has stopped."""

    stopped: tuple[str, ...] = ()
    retried: tuple[str, ...] = ()
    """Those that go on now."""

    def document(self) -> dict[str, Any]:
        return {"stopped": list(self.stopped), "retried": list(self.retried)}


PolicyName: TypeAlias = Annotated[str, typer.Argument(metavar="NAME", help="The policy, as in `intake`.")]

VersionNumber: TypeAlias = Annotated[
    int, typer.Argument(metavar="VERSION", min=1, help="Its number, as `dmnroute policies NAME` lists it.")
]

ForTenant: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--tenant", metavar="NAME", help="For this tenant alone. Default: for all that have no version of their own."
    ),
]


def asked(by: str | None, why: str | None, tenant: str | None) -> Asked:
    """Who asks, why, and for whom."""
    from dmnroute.policies.versions import Asked
    from dmnroute.routing.records.policy_change import DEFAULT_TENANT

    return Asked(who_asks(by), why, tenant or DEFAULT_TENANT)


def gate_of(app: App) -> Gate:
    """The gate of this project: its agents, its test cases, and its recorded runs where the settings say so."""
    from dmnroute.publishing.gate import Gate

    limits = app.settings.gate_backtest
    if limits is None:
        return Gate(app.registry)
    from dmnroute.publishing.backtest_check import BacktestCheck
    from dmnroute.router.clock import SystemClock

    check = BacktestCheck(app.store, app.registry.catalogue, app.policies.version, SystemClock(), limits)
    return Gate(app.registry, (check,))


def versions_of(settings: Settings, store: Store) -> Versions:
    """The versions in a store, by the settings."""
    from dmnroute.policies.versions import Versions
    from dmnroute.router.clock import SystemClock

    return Versions(store, SystemClock(), four_eyes=settings.four_eyes)


async def stopped_runs(store: Store, policy: str) -> list[RunState]:
    """The runs that stand still because of a mistake in a policy: a better version lets them go on."""
    stopped = await store.states(statuses=["stopped"])
    return [state for state in stopped if state.stop is not None and state.stop.policy == policy]


async def offer_retry(session: Session, store: Store, policy: str, *, retry: bool, as_json: bool) -> Offered:
    """The runs that a policy has stopped; they go on with `retry`, or when whoever is at the terminal says so.

    Those of the local engine have to be driven then.
    """
    runs = [state.run.id for state in await stopped_runs(store, policy)]
    if runs and not retry and not as_json and streams.can_ask():
        retry = typer.confirm(f"{policy} has stopped {_first(runs)}: let them go on?", default=True, err=True)
    retried: list[str] = []
    if runs and retry:
        async with session.opened(as_json=as_json) as app:
            for state in await stopped_runs(store, policy):
                if await _goes_on(app, state):
                    retried.append(state.run.id)
    return Offered(tuple(runs), tuple(retried))


async def _goes_on(app: App, state: RunState) -> bool:
    """False when somebody else was faster."""
    try:
        await app.engine_of(state).retry(state.run.id)
    except OperatorError as error:
        if error.code not in GONE:
            raise
        return False
    return True


def _first(runs: Sequence[str]) -> str:
    return ", ".join(runs[:3]) + (f" and {len(runs) - 3} more" if len(runs) > 3 else "")


def tell_offered(offered: Offered) -> None:
    """Which runs were stopped, and what to do about it."""
    if not offered.stopped:
        return
    if offered.retried:
        streams.say(f"  let go on: {_first(offered.retried)}; `dmnroute resume` drives those of the local engine")
    else:
        streams.say(f"  stopped by this policy: {_first(offered.stopped)}; `--retry` lets them go on")


def guard_text(file: Path) -> str:
    """The text of a guard's file. Raises OperatorError `unreadable_guard`."""
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it isn't UTF-8"
        raise OperatorError(f"`{file}` can't be read: {why}", code="unreadable_guard") from error


def publication_document(found: Publication) -> dict[str, Any]:
    """A publication as JSON."""
    from dmnroute.cli.errors import place_document

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
        "findings": [
            {
                "code": finding.code,
                "severity": finding.severity,
                "message": finding.message,
                "place": place_document(finding.place),
                "hint": finding.hint or None,
            }
            for finding in found.findings
        ],
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
        streams.say(f"  it decides from {_minute(span.starts)}" + (f" until {_minute(span.ends)}" if span.ends else ""))
    for change in found.changes:
        streams.say(f"  {change}")
    if found.held is not None:
        streams.say(f"  not active yet: {found.held.message}")


def count_of(found: Publication) -> str:
    """``2 errors``"""
    from dmnroute.cli.views.figures import count

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
    words += [f"{word} {_minute(at)}" for word, at in (("from", change.starts), ("until", change.ends)) if at]
    return " ".join(words)


def _minute(at: datetime) -> str:
    from dmnroute.cli.views.figures import minute

    return minute(at)
