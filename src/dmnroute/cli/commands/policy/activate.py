"""`dmnroute policy activate`"""

from __future__ import annotations

import typer

from dmnroute.cli import streams
from dmnroute.cli.moments import moment
from dmnroute.cli.options import AsJson, By, Why
from dmnroute.cli.publishing import Ends, ForTenant, PolicyName, Starts, VersionNumber, asked, versions_of
from dmnroute.cli.session import session_of, wait_for
from dmnroute.cli.stopped_runs import Offered, RetryStopped, offer_retry, tell_offered
from dmnroute.cli.views.publications import change_line


def activate(
    context: typer.Context,
    name: PolicyName,
    version: VersionNumber,
    starts: Starts = None,
    ends: Ends = None,
    retry: RetryStopped = False,
    tenant: ForTenant = None,
    by: By = None,
    why: Why = None,
    as_json: AsJson = False,
) -> None:
    """Make a published version decide, from now on or in a span of time.

    It has passed the gate before (`dmnroute policy publish --verify`). With the setting `four_eyes` somebody else than
    who published it has to do this. Every router follows within a second.

    \b
    Examples:
      dmnroute policy activate intake 7 --by ann --why "approved"
      dmnroute policy activate intake 8 --from 2026-12-24T00:00 --until 2027-01-02T00:00
    """
    session = session_of(context)
    begin, end = (None if text is None else moment(text) for text in (starts, ends))

    async def work() -> None:
        async with session.store() as store:
            versions = versions_of(session.settings(), store)
            by_whom = asked(by, why, tenant)
            change = await versions.activate(name, version, by_whom, starts=begin, ends=end)
            if not as_json:
                already = f"{name}: version {version} is active already"
                streams.say(f"{name}: {change_line(change)}, by {change.who}" if change else already)
            is_now = (await versions.life(name)).active(versions.clock.now(), by_whom.tenant) == version
            offered = await offer_retry(session, store, name, retry=retry, as_json=as_json) if is_now else Offered()
        if as_json:
            streams.document((change.model_dump() if change else {"change": None}) | offered.document())
        else:
            tell_offered(offered)

    wait_for(work())
