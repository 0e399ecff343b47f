"""The command line: read what was asked, call the parts, show what came of it."""

from __future__ import annotations

from dmnroute.cli.entry import main

__all__ = ["main"]
