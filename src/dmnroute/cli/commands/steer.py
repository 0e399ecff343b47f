"""`dmnroute steer`"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from dmnroute.cli.given import given_pairs, given_value, json_or_text
from dmnroute.cli.options import AsJson, By, NoDrive, RunId, Why
from dmnroute.cli.session import session_of, wait_for
from dmnroute.cli.who import who_asks
from dmnroute.cli.wishes import policy_wish
from dmnroute.errors import UsageError

if TYPE_CHECKING:
    from dmnroute.router.engine import Engine
    from dmnroute.router.steering import Wish

Several = list[str]


def steer(
    context: typer.Context,
    run: RunId,
    facts: Annotated[
        Several,
        typer.Option("--set", metavar="FACT=JSON", help="Change a fact, as in `customer.tier=gold`; repeatable."),
    ] = [],  # noqa: B006 (typer copies it)
    force: Annotated[
        str | None, typer.Option("--force", metavar="AGENT", help="Send the next hop to this agent; the tables follow.")
    ] = None,
    unforce: Annotated[bool, typer.Option("--unforce", help="Take back a `--force` that wasn't carried out.")] = False,
    forbid: Annotated[
        Several,
        typer.Option("--forbid", metavar="AGENT", help="Send no step to this agent, until `--allow`; repeatable."),
    ] = [],  # noqa: B006
    allow: Annotated[Several, typer.Option("--allow", metavar="AGENT", help="Lift a `--forbid`; repeatable.")] = [],  # noqa: B006
    policy: Annotated[
        str | None,
        typer.Option(
            "--policy", metavar="NAME[@VERSION]", help="Decide by this policy from now on; by its active version."
        ),
    ] = None,
    result: Annotated[
        Several,
        typer.Option(
            "--result", metavar="STEP=JSON", help="Give a step's output in its agent's place (JSON or @file)."
        ),
    ] = [],  # noqa: B006
    skip: Annotated[Several, typer.Option("--skip", metavar="STEP", help="Go on without a step; repeatable.")] = [],  # noqa: B006
    cancel: Annotated[
        Several,
        typer.Option("--cancel", metavar="STEP", help="Step to end, as `dmnroute show` names it: `3.2`; repeatable."),
    ] = [],  # noqa: B006
    by: By = None,
    why: Why = None,
    no_drive: NoDrive = False,
    as_json: AsJson = False,
) -> int:
    """Change a run under way, while it waits, or after it stopped.

    What is asked is recorded with who and why. Steps under way go on, except those named. A run that waits or is
    stopped is decided anew; `last.status` is "resumed" then.

    \b
    Examples:
      dmnroute steer order-17 --set customer.tier=gold --why "called in"
      dmnroute steer order-17 --forbid read_scan --result 3.2='{"total": 90}'
    """
    from dmnroute.cli.driving import go_on

    session = session_of(context)

    async def act(engine: Engine, found: str) -> None:
        wishes = [
            *_facts(facts),
            *_agents(force, unforce=unforce, forbid=forbid, allow=allow),
            *policy_wish(policy),
            *_steps(found, result=result, skip=skip, cancel=cancel),
        ]
        if not wishes:
            hint = "change facts by `--set`, or see `dmnroute steer --help`"
            raise UsageError("nothing to steer", code="nothing_to_steer", hint=hint)
        await engine.steer(found, wishes, who=who_asks(by), why=why)

    return wait_for(go_on(session, run, as_json=as_json, drive=not no_drive, act=act), goes_on=True)


def _facts(given: Several) -> list[Wish]:
    from dmnroute.router.steering import Wish

    pairs = given_pairs(given, option="--set")
    return [Wish("facts", {name: json_or_text(value) for name, value in pairs.items()})] if pairs else []


def _agents(force: str | None, *, unforce: bool, forbid: Several, allow: Several) -> list[Wish]:
    from dmnroute.router.steering import Wish

    return [
        *(Wish("allow", {"agent": agent}) for agent in allow),
        *(Wish("forbid", {"agent": agent}) for agent in forbid),
        *([Wish("force", {"agent": None})] if unforce else []),
        *([Wish("force", {"agent": force})] if force else []),
    ]


def _steps(run: str, *, result: Several, skip: Several, cancel: Several) -> list[Wish]:
    from dmnroute.router.steering import Wish

    def whole(step: str) -> str:
        return step if step.startswith(f"{run}/") else f"{run}/{step}"

    given = given_pairs(result, option="--result")
    return [
        *(
            Wish("result", {"step": whole(step), "output": given_value(value, option=f"--result {step}")})
            for step, value in given.items()
        ),
        *(Wish("skip", {"step": whole(step)}) for step in skip),
        *(Wish("cancel_step", {"step": whole(step)}) for step in cancel),
    ]
