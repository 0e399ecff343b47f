"""`dmnroute fork`"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from dmnroute.cli.forking import tell_fork
from dmnroute.cli.given import given_pairs, json_or_text
from dmnroute.cli.options import AsJson, By, ForkId, NoDrive, RunId, Why
from dmnroute.cli.session import session_of, wait_for
from dmnroute.cli.who import who_asks
from dmnroute.cli.wishes import policy_wish

if TYPE_CHECKING:
    from dmnroute.app import App
    from dmnroute.routing.records.run import Run


def fork(
    context: typer.Context,
    run: RunId,
    hop: Annotated[
        int | None, typer.Option("--at", metavar="HOP", min=1, help="The hop to decide anew. Default: the latest.")
    ] = None,
    policy: Annotated[
        str | None, typer.Option("--policy", metavar="NAME[@VERSION]", help="Decide by this policy from there on.")
    ] = None,
    facts: Annotated[
        list[str], typer.Option("--set", metavar="FACT=JSON", help="Begin with another fact; repeatable.")
    ] = [],  # noqa: B006 (typer copies it)
    name: ForkId = None,
    by: By = None,
    why: Why = None,
    no_drive: NoDrive = False,
    as_json: AsJson = False,
) -> int:
    """Go back to a hop of a run, and go another way from there.

    A fork is a run of its own that begins with the hops before: what was done isn't done again, and the run itself
    stays as it was. The hop is decided anew, by the policy as it is now or by another one, with other facts.

    \b
    Example:
      dmnroute fork order-17 --at 3 --set customer.tier=gold
    """
    pairs = given_pairs(facts, option="--set")

    async def make(app: App, found: str) -> Run:
        from dmnroute.router.steering import Wish

        wishes = [
            *([Wish("facts", {fact: json_or_text(value) for fact, value in pairs.items()})] if pairs else []),
            *policy_wish(policy),
        ]
        who = who_asks(by)
        return await app.router.forks.fork(found, hop=hop, name=name, wishes=wishes, who=who, why=why)

    return wait_for(tell_fork(session_of(context), run, make, drive=not no_drive, as_json=as_json), goes_on=True)
