"""`dmnroute budgets`"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from dmnroute.cli import streams
from dmnroute.cli.options import AsJson
from dmnroute.cli.session import Session, session_of, wait_for

if TYPE_CHECKING:
    from dmnroute.routing.budgets import AccountState


def budgets(
    context: typer.Context,
    run: Annotated[str | None, typer.Option("--run", metavar="RUN", help="Only the limits of this run.")] = None,
    tenant: Annotated[
        str | None, typer.Option("--tenant", metavar="NAME", help="Only budgets of this tenant, and of its runs.")
    ] = None,
    agent: Annotated[str | None, typer.Option("--agent", metavar="NAME", help="Only budgets of this agent.")] = None,
    past: Annotated[bool, typer.Option("--past", help="Periods that are over, too.")] = False,
    as_json: AsJson = False,
) -> None:
    """List budgets, with what is spent, held back and left.

    Those of tenants and agents (`[[budgets]]` in `dmnroute.toml`), then those of runs that go on. What is held back is
    for steps under way.

    \b
    Examples:
      dmnroute budgets --tenant acme
      dmnroute budgets --run order-17
    """
    wait_for(_budgets(session_of(context), run, tenant, agent, past=past, as_json=as_json))


async def _budgets(
    session: Session, run: str | None, tenant: str | None, agent: str | None, *, past: bool, as_json: bool
) -> None:
    from dmnroute.cli.views.budgets import budget_document, budget_rows

    found = await _found(session, run, tenant, agent, past=past)
    if as_json:
        streams.document([budget_document(state) for state in found])
    elif not found:
        streams.say("no budgets")
        streams.note("`[[budgets]]` in `dmnroute.toml` limits tenants and agents, `[limits]` each run")
    else:
        streams.table(
            ("budget of", "limit", "spent", "held back", "left", "used"),
            [row for state in found for row in budget_rows(state)],
        )


async def _found(
    session: Session, run: str | None, tenant: str | None, agent: str | None, *, past: bool
) -> list[AccountState]:
    from dmnroute.router.accounts import account_of_one_run, accounts_of_runs, shared_accounts
    from dmnroute.router.clock import SystemClock

    settings = session.settings()
    async with session.store() as store:
        if run is not None:
            return await account_of_one_run(store, run)
        shared = await shared_accounts(store, settings.budgets, now=SystemClock().now(), past=past)
        runs = [] if agent is not None else await accounts_of_runs(store, tenant=tenant)
    chosen = [
        state for state in shared if tenant in (None, state.account.tenant) and agent in (None, state.account.agent)
    ]
    return [*chosen, *runs]
