"""What the commands about versions share: their options, who asks, and the gate of this project."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple, TypeAlias

import typer

from dmnroute.cli.who import who_asks
from dmnroute.errors import OperatorError

if TYPE_CHECKING:
    from dmnroute.app import App
    from dmnroute.policies.versions import Asked, Versions
    from dmnroute.publishing.gate import Gate
    from dmnroute.routing.ports.store import Store
    from dmnroute.settings import Settings

Starts: TypeAlias = Annotated[
    str | None, typer.Option("--from", metavar="MOMENT", help="From when it decides (ISO 8601). Default: now.")
]
Ends: TypeAlias = Annotated[
    str | None, typer.Option("--until", metavar="MOMENT", help="Until when; what was active before decides then.")
]


OwnProcess: TypeAlias = Annotated[
    bool, typer.Option("--process", help="Deploy a copy of `agent-run` under the policy's own id and name, too.")
]


class Span(NamedTuple):
    """From when and until when a version decides."""

    starts: datetime | None = None
    ends: datetime | None = None


ALWAYS = Span()

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


def guard_text(file: Path) -> str:
    """The text of a guard's file. Raises OperatorError `unreadable_guard`."""
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it isn't UTF-8"
        raise OperatorError(f"`{file}` can't be read: {why}", code="unreadable_guard") from error
