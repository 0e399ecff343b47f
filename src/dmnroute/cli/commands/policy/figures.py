"""`dmnroute policy figures`"""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from dmnroute.cli import streams
from dmnroute.cli.options import AsJson
from dmnroute.cli.session import Session, session_of, wait_for
from dmnroute.cli.windows import DraftFile, OfPolicy, OfTenant, Since, Until, draft_of, window_of

if TYPE_CHECKING:
    from dmnroute.backtest.rule_figures import FiguresOfRules
    from dmnroute.routing.policy import PolicyVersion
    from dmnroute.routing.ports.recorded import Window


def figures(
    context: typer.Context,
    file: DraftFile,
    since: Since = None,
    until: Until = None,
    tenant: OfTenant = None,
    policy: OfPolicy = None,
    as_json: AsJson = False,
) -> None:
    """Say what each rule of a table has done: hits, how its runs ended, cost, how sure its steps were.

    Rules that matched nowhere are named at the end: dead ones, if that time was typical.

    \b
    Example:
      dmnroute policy figures dmn/intake.dmn --since 30d
    """
    from dmnroute.cli.views.rule_figures import figures_document, figures_text

    version = draft_of(file, policy)
    window = window_of(version.name, since=since, until=until, tenant=tenant)
    found = wait_for(_found(session_of(context), version, window, as_json=as_json))
    if as_json:
        streams.document(figures_document(found))
    else:
        streams.say(figures_text(found))


async def _found(session: Session, version: PolicyVersion, window: Window, *, as_json: bool) -> FiguresOfRules:
    from dmnroute.backtest.rule_figures import rule_figures

    with streams.for_documents(as_json):
        async with session.store() as store:
            total = (await store.survey(window)).runs
            with streams.progress("looking at runs", total=total) as done:
                return await rule_figures(store, version.model, window, progress=done)
