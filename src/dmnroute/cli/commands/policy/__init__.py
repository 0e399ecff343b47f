"""`dmnroute policy …`: what becomes of a table before and after it decides."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dmnroute.cli.commands.policy.activate import activate
from dmnroute.cli.commands.policy.backtest import backtest
from dmnroute.cli.commands.policy.canary import canary
from dmnroute.cli.commands.policy.diff import diff
from dmnroute.cli.commands.policy.figures import figures
from dmnroute.cli.commands.policy.judge import judge
from dmnroute.cli.commands.policy.log import log
from dmnroute.cli.commands.policy.plan import apply, plan
from dmnroute.cli.commands.policy.publish import publish
from dmnroute.cli.commands.policy.pull import pull
from dmnroute.cli.commands.policy.record import record
from dmnroute.cli.commands.policy.rollback import rollback
from dmnroute.cli.commands.policy.shadow import shadow
from dmnroute.cli.commands.policy.status import status
from dmnroute.cli.commands.policy.test import test
from dmnroute.cli.commands.policy.tune import tune

HELP = """Test tables, hold drafts against what was recorded, publish them, take them back.

The cases of `dmn/intake.dmn` are beside it, in `intake.tests.yaml`, `intake.tests.csv` or `intake.tests.xlsx`.
"""

COMMANDS: tuple[Callable[..., Any], ...] = (
    test,
    record,
    backtest,
    tune,
    publish,
    shadow,
    canary,
    judge,
    activate,
    rollback,
    status,
    diff,
    log,
    pull,
    plan,
    apply,
    figures,
)
