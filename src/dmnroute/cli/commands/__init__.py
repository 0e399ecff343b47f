"""One command per file; `COMMANDS` names them all, in the order of `dmnroute --help`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dmnroute.cli.commands.agents import agents
from dmnroute.cli.commands.answer import answer
from dmnroute.cli.commands.breakers import COMMANDS as BREAKERS_COMMANDS
from dmnroute.cli.commands.breakers import HELP as BREAKERS_HELP
from dmnroute.cli.commands.broker import COMMANDS as BROKER_COMMANDS
from dmnroute.cli.commands.broker import HELP as BROKER_HELP
from dmnroute.cli.commands.budgets import budgets
from dmnroute.cli.commands.cancel import cancel
from dmnroute.cli.commands.check import check
from dmnroute.cli.commands.dead_letters import dead_letters
from dmnroute.cli.commands.evaluate import eval_
from dmnroute.cli.commands.events import events
from dmnroute.cli.commands.explain import explain
from dmnroute.cli.commands.feel import feel
from dmnroute.cli.commands.fork import fork
from dmnroute.cli.commands.form import form
from dmnroute.cli.commands.inbox import inbox
from dmnroute.cli.commands.init import init
from dmnroute.cli.commands.input import input_
from dmnroute.cli.commands.pause import pause
from dmnroute.cli.commands.pauses import pauses
from dmnroute.cli.commands.policies import policies
from dmnroute.cli.commands.policy import COMMANDS as POLICY_COMMANDS
from dmnroute.cli.commands.policy import HELP as POLICY_HELP
from dmnroute.cli.commands.redrive import redrive
from dmnroute.cli.commands.release import release
from dmnroute.cli.commands.replay import replay
from dmnroute.cli.commands.rerun import rerun
from dmnroute.cli.commands.resume import resume
from dmnroute.cli.commands.retry import retry
from dmnroute.cli.commands.router import router
from dmnroute.cli.commands.run import COMMANDS as RUN_COMMANDS
from dmnroute.cli.commands.run import HELP as RUN_HELP
from dmnroute.cli.commands.runs import runs
from dmnroute.cli.commands.serve import serve
from dmnroute.cli.commands.show import show
from dmnroute.cli.commands.signal import signal
from dmnroute.cli.commands.steer import steer
from dmnroute.cli.commands.version import version
from dmnroute.cli.commands.worker import worker
from dmnroute.cli.demo.command import demo

COMMANDS: tuple[Callable[..., Any], ...] = (
    demo,
    init,
    check,
    eval_,
    feel,
    resume,
    runs,
    show,
    explain,
    replay,
    signal,
    input_,
    answer,
    inbox,
    form,
    retry,
    steer,
    cancel,
    pause,
    pauses,
    release,
    fork,
    rerun,
    redrive,
    dead_letters,
    router,
    worker,
    serve,
    agents,
    budgets,
    policies,
    events,
    version,
)

GROUPS: dict[str, tuple[str, tuple[Callable[..., Any], ...]]] = {
    "run": (RUN_HELP, RUN_COMMANDS),
    "policy": (POLICY_HELP, POLICY_COMMANDS),
    "breakers": (BREAKERS_HELP, BREAKERS_COMMANDS),
    "broker": (BROKER_HELP, BROKER_COMMANDS),
}
"""Commands that have commands: their help, and the commands."""

DEFAULTS = {"run": "start"}
"""The command of a group that is meant when none is named: `dmnroute run POLICY`."""
