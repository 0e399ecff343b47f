"""`dmnroute breakers …`: who is kept away from which agent, and why."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dmnroute.cli.commands.breakers.listed import list_
from dmnroute.cli.commands.breakers.switched import close, open_

HELP = """See circuit breakers, and open or close them by hand.

An agent, or a target behind it (`vendor/model`), that fails too often is left alone for a while, by all processes.
"""

COMMANDS: tuple[Callable[..., Any], ...] = (list_, open_, close)
