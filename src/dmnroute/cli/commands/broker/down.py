"""`dmnroute broker down`"""

from __future__ import annotations

import typer

from dmnroute.cli import streams
from dmnroute.cli.commands.broker.options import Name, meant
from dmnroute.cli.options import AsJson


def down(context: typer.Context, name: Name = None, as_json: AsJson = False) -> None:
    """End a broker; its data stay. One that doesn't run is left alone.

    \b
    Example:
      dmnroute broker down
    """
    from dmnroute.zeebe.broker import find

    wanted = meant(context, name)
    broker = find(wanted)
    by_itself = broker is None or broker.down()
    if as_json:
        streams.document({"name": wanted, "status": "down", "was_up": broker is not None, "forced": not by_itself})
    elif broker is None:
        streams.say(f"broker {wanted} wasn't up")
    else:
        streams.say(f"broker {wanted} is down" + ("" if by_itself else "; it had to be ended by force"))
