"""Offer to start a broker where none answers."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import typer

from dmnroute.cli import streams
from dmnroute.errors import OperatorError

if TYPE_CHECKING:
    from dmnroute.settings import Settings
    from dmnroute.zeebe.broker import BrokerOptions

HERE = ("127.0.0.1", "localhost")


def offer_broker(settings: Settings) -> None:
    """Ask on a terminal whether to start the broker that the settings name, if it isn't there and could be started.

    Raises:
        OperatorError: `broker_unavailable`, when no broker is there afterwards.
    """
    options = _options(settings)
    if options is None or not streams.can_ask():
        return
    try:
        asyncio.run(_reach(settings.zeebe_address))
    except OperatorError as error:
        if error.code != "broker_unavailable":
            raise
        streams.note(error.message)
        if not typer.confirm("Start one here, as `dmnroute broker up` does?", default=True, err=True):
            raise
        _start(options, settings.zeebe_address)


def _options(settings: Settings) -> BrokerOptions | None:
    """What to start; none when the address is another machine's, or the extra isn't installed."""
    from dmnroute.zeebe.broker import broker_options
    from dmnroute.zeebe.broker.extra import require_extra

    host, _, port = settings.zeebe_address.rpartition(":")
    if host not in HERE or not port.isdecimal():
        return None
    try:
        require_extra()
    except OperatorError:
        return None
    return broker_options(settings.broker, grpc_port=int(port))


async def _reach(address: str) -> None:
    from dmnroute.zeebe.channel import connect
    from dmnroute.zeebe.gateway import Gateway

    async with connect(address) as channel:
        await Gateway(channel, address).reach()


def _start(options: BrokerOptions, address: str) -> None:
    from dmnroute.cli.views.starting import shown_start
    from dmnroute.zeebe.broker import up

    with shown_start(quiet=False) as listener:
        broker = up(options, listener=listener)
    if broker.state.ports.grpc != options.grpc_port:
        raise OperatorError(
            f"broker `{broker.name}` runs already, at {broker.grpc_address}, not at {address}",
            code="broker_unavailable",
            hint=f"set ZEEBE_ADDRESS={broker.grpc_address}",
        )
    streams.note(f"broker `{broker.name}` at {broker.grpc_address} goes on until `dmnroute broker down`")
    streams.note(f"Zeebe {broker.state.version}: {broker.licence}")
