"""`dmnroute policy rollback`"""

from __future__ import annotations

from typing import Annotated

import typer

from dmnroute.cli import streams
from dmnroute.cli.options import AsJson, By, Why
from dmnroute.cli.publishing import ForTenant, PolicyName, asked, versions_of
from dmnroute.cli.session import session_of, wait_for
from dmnroute.cli.stopped_runs import RetryStopped, offer_retry, tell_offered


def rollback(
    context: typer.Context,
    name: PolicyName,
    version: Annotated[
        int | None, typer.Argument(metavar="[VERSION]", min=1, help="What is taken back, if it is still in use.")
    ] = None,
    retry: RetryStopped = False,
    tenant: ForTenant = None,
    by: By = None,
    why: Why = None,
    as_json: AsJson = False,
) -> None:
    """Take back the version that decides: the one before decides again.

    A canary is taken back first, where there is one. With a VERSION nothing happens when another one has become active
    meanwhile, so that nobody takes back what somebody else has just mended.

    \b
    Example:
      dmnroute policy rollback intake --why "too many escalations"
    """
    session = session_of(context)

    async def work() -> None:
        async with session.store() as store:
            versions = versions_of(session.settings(), store)
            by_whom = asked(by, why, tenant)
            change = await versions.rollback(name, by_whom, version=version)
            now = (await versions.life(name)).active(versions.clock.now(), by_whom.tenant)
            if not as_json:
                streams.say(f"{name}: version {change.version} is taken back by {change.who}; version {now} decides")
            offered = await offer_retry(session, store, name, retry=retry, as_json=as_json)
        if as_json:
            streams.document(change.model_dump() | {"active": now} | offered.document())
        else:
            tell_offered(offered)

    wait_for(work())
