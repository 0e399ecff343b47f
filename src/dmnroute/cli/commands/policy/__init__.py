"""`dmnroute policy …`: what becomes of a table before and after it decides."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dmnroute.cli.commands.policy.backtest import backtest
from dmnroute.cli.commands.policy.figures import figures
from dmnroute.cli.commands.policy.record import record
from dmnroute.cli.commands.policy.test import test

HELP = """Test tables, hold drafts against what was recorded, and see what each rule has done.

The cases of `dmn/intake.dmn` are beside it, in `intake.tests.yaml`, `intake.tests.csv` or `intake.tests.xlsx`.
"""

COMMANDS: tuple[Callable[..., Any], ...] = (test, record, backtest, figures)
