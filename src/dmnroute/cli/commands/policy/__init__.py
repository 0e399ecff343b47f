"""`dmnroute policy …`: what becomes of a table before and after it decides."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dmnroute.cli.commands.policy.backtest import backtest
from dmnroute.cli.commands.policy.record import record
from dmnroute.cli.commands.policy.test import test

HELP = """Test tables, and keep what they decided as test cases.

The cases of `dmn/intake.dmn` are beside it, in `intake.tests.yaml`, `intake.tests.csv` or `intake.tests.xlsx`.
"""

COMMANDS: tuple[Callable[..., Any], ...] = (test, record, backtest)
