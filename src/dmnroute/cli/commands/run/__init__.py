"""`dmnroute run …`: start runs, and carry them from one store to another."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dmnroute.cli.commands.run.export import export
from dmnroute.cli.commands.run.imports import import_
from dmnroute.cli.commands.run.start import start

HELP = """Start a run, and drive it as far as it goes.

`dmnroute run POLICY` starts one; `dmnroute run start --help` tells how. What happened in runs can be taken elsewhere.

\b
Examples:
  dmnroute run intake --input path=letter.pdf
  dmnroute run export intake-0701-1530-k3f9 -o run.json
  dmnroute run import run.json
"""

COMMANDS: tuple[Callable[..., Any], ...] = (start, export, import_)
