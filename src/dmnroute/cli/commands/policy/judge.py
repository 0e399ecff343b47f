"""`dmnroute policy judge`"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dmnroute.cli import streams
from dmnroute.cli.options import AsJson
from dmnroute.cli.publishing import ForTenant, PolicyName, guard_text, versions_of
from dmnroute.cli.session import session_of, wait_for
from dmnroute.cli.views.publications import change_line
from dmnroute.errors import UsageError

if TYPE_CHECKING:
    from dmnroute.routing.records.policy_change import PolicyChange
    from dmnroute.routing.records.trial import Judgement


def judge(
    context: typer.Context,
    name: PolicyName,
    guard: Annotated[
        Path | None, typer.Option("--guard", metavar="FILE.dmn", help="Ask this table, and do nothing about it.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what the guard says; do nothing.")] = False,
    tenant: ForTenant = None,
    as_json: AsJson = False,
) -> None:
    """Ask the guard of a canary what becomes of it, and do that.

    Routers do the same whenever a run ends. With --guard another table is tried on the figures as they are now.

    \b
    Examples:
      dmnroute policy judge intake
      dmnroute policy judge intake --guard dmn/guards/stricter.dmn
    """
    session = session_of(context)

    async def work() -> tuple[Judgement, PolicyChange | None]:
        from dmnroute.policies.trials import Judge
        from dmnroute.routing.records.policy_change import DEFAULT_TENANT

        whose = tenant or DEFAULT_TENANT
        async with session.store() as store:
            versions = versions_of(session.settings(), store)
            await versions.log(name)  # raises where nothing was published
            life, by_guard = await versions.life(name), Judge(versions)
            judgement = await by_guard.judgement(life, whose, guard=None if guard is None else guard_text(guard))
            if judgement is None:
                line = life.lines.get(whose)
                none = "has no canary" if line is None or line.canary is None else "has a canary without a guard"
                raise UsageError(f"policy `{name}` {none}", code="not_in_use")
            acts = guard is None and not dry_run
            return judgement, await by_guard.carry_out(life, whose, judgement) if acts else None

    judgement, change = wait_for(work())
    if as_json:
        streams.document({"judgement": judgement.model_dump(), "change": change.model_dump() if change else None})
        return
    from dmnroute.cli.views.versions import trial_table
    from dmnroute.routing.versions.guard import because

    streams.table(*trial_table(judgement.seen))
    streams.say(f"{judgement.verdict}: {because(judgement).partition(':')[0]}")
    if change is not None:
        streams.say(f"{name}: {change_line(change)}, by {change.who}")
