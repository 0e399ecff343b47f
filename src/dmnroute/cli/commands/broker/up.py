"""`dmnroute broker up`"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dmnroute.cli import streams
from dmnroute.cli.commands.broker.options import Name
from dmnroute.cli.given import given_pairs
from dmnroute.cli.options import AsJson
from dmnroute.cli.session import session_of

if TYPE_CHECKING:
    from dmnroute.zeebe.broker import BrokerOptions, RunningBroker


def up(
    context: typer.Context,
    name: Name = None,
    version: Annotated[
        str | None,
        typer.Option(
            "--version",
            metavar="VERSION",
            help="Release of Zeebe. Default: 8.5.8, the quickest to start, allowed in production. "
            "8.6.0 also has REST `/v2`, but is free outside production only.",
        ),
    ] = None,
    memory: Annotated[
        str | None, typer.Option("--memory", metavar="SIZE", help="Heap of the JVM. Default: 768m.")
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option("--data", metavar="DIR", help="Folder of its data. Default: its own, kept between starts."),
    ] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Drop the data of earlier starts.")] = False,
    grpc_port: Annotated[
        int | None, typer.Option("--grpc-port", metavar="PORT", help="Where clients connect. Default: 26500.")
    ] = None,
    rest_port: Annotated[
        int | None, typer.Option("--rest-port", metavar="PORT", help="Default: 8080, or a free one.")
    ] = None,
    management_port: Annotated[
        int | None,
        typer.Option("--management-port", metavar="PORT", help="Health, metrics, clock. Default: 9600, or a free one."),
    ] = None,
    port_offset: Annotated[
        int | None, typer.Option("--port-offset", metavar="N", help="Add this to every port that isn't given.")
    ] = None,
    clock_controlled: Annotated[
        bool, typer.Option("--clock-controlled", help="Let tests move its clock, so that timers fire at once.")
    ] = False,
    env: Annotated[
        list[str],
        typer.Option("--env", metavar="NAME=VALUE", help="A setting of Zeebe as environment variable; repeatable."),
    ] = [],  # noqa: B006 (typer copies it)
    patience: Annotated[
        float | None, typer.Option("--patience", metavar="SECONDS", help="How long it may take. Default: 120.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Start a broker, and wait until it is ready.

    It goes on until `dmnroute broker down`, whatever happens to the terminal, and listens on this machine only.

    \b
    Example:
      dmnroute broker up --port-offset 100
    """
    from dmnroute.cli.views.broker import broker_document, tell_broker
    from dmnroute.cli.views.starting import shown_start
    from dmnroute.zeebe.broker import broker_options
    from dmnroute.zeebe.broker import up as start

    settings = session_of(context).settings().broker
    options = broker_options(
        settings,
        name=name,
        version=version,
        memory=memory,
        data=data,
        fresh=fresh or None,
        grpc_port=grpc_port,
        rest_port=rest_port,
        management_port=management_port,
        port_offset=port_offset,
        clock_controlled=clock_controlled or None,
        environment={**settings.environment, **given_pairs(env, option="--env")},
        patience=patience,
    )
    asked = datetime.now(UTC)
    with shown_start(quiet=as_json) as listener:
        broker = start(options, listener=listener)
    if broker.state.started < asked:
        streams.note(f"broker `{broker.name}` runs already; nothing was started")
        _tell_differences(broker, options)
    if as_json:
        streams.document(broker_document(broker))
    else:
        tell_broker(broker)


def _tell_differences(broker: RunningBroker, options: BrokerOptions) -> None:
    """What was asked for, and isn't so."""
    state = broker.state
    different = {
        "version": (options.version, state.version),
        "data": (options.data, state.data if options.data else None),
        "gRPC port": (options.grpc_port, state.ports.grpc if options.grpc_port else None),
        "clock": (_clock(options.clock_controlled), _clock(state.clock_controlled)),
    }
    for what, (asked, found) in different.items():
        if asked != found:
            streams.note(f"its {what} is {found}, not {asked}: `dmnroute broker down` first")
    if options.fresh:
        streams.note("its data were not dropped: `dmnroute broker down` first")


def _clock(controlled: bool) -> str:
    return "a controlled one" if controlled else "the real one"
