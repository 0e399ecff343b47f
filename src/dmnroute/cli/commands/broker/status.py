"""`dmnroute broker status`"""

from __future__ import annotations

from typing import Annotated

import typer

from dmnroute.cli import streams
from dmnroute.cli.commands.broker.options import Name, meant
from dmnroute.cli.options import AsJson


def status(
    context: typer.Context,
    name: Name = None,
    every: Annotated[bool, typer.Option("--all", help="All brokers that run.")] = False,
    as_json: AsJson = False,
) -> int:
    """Tell whether a broker runs, and where. The exit code is 1 when it doesn't.

    \b
    Example:
      dmnroute broker status
    """
    from dmnroute.cli.views.broker import broker_document, tell_broker
    from dmnroute.zeebe.broker import running_brokers

    wanted, running = meant(context, name), running_brokers()
    shown = [broker for broker in running if every or broker.name == wanted]
    if as_json:
        documents = [broker_document(broker) for broker in shown]
        down = {"name": wanted, "status": "down"}
        streams.document(documents if every else documents[0] if documents else down)
        return int(not shown)
    for broker in shown:
        tell_broker(broker)
    if not shown:
        streams.say("no broker runs" if every else f"broker {wanted}: down")
    others = [f"`{broker.name}`" for broker in running if broker not in shown]
    if others:
        streams.note(f"{', '.join(others)} runs, too" if len(others) == 1 else f"{', '.join(others)} run, too")
    return int(not shown)
