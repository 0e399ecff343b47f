"""`dmnroute policy backtest`"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dmnroute.cli import streams
from dmnroute.cli.options import AsJson
from dmnroute.cli.session import Session, session_of, wait_for
from dmnroute.cli.windows import DraftFile, OfPolicy, OfTenant, Seed, Since, Until, draft_of, window_of

if TYPE_CHECKING:
    from dmnroute.backtest.report import Backtest
    from dmnroute.routing.policy import PolicyVersion
    from dmnroute.routing.ports.recorded import Window


def backtest(
    context: typer.Context,
    file: DraftFile,
    since: Since = None,
    until: Until = None,
    tenant: OfTenant = None,
    policy: OfPolicy = None,
    seed: Seed = 0,
    replay: Annotated[
        int,
        typer.Option(
            "--replay",
            metavar="RUNS",
            min=0,
            help="Follow so many of the runs that go another way, with their recorded outcomes.",
        ),
    ] = 0,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write a page with charts for the browser.")
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Say what a changed table would have done with the runs that were recorded.

    The table is evaluated at every hop that tables decided, with what was recorded until then: hops and runs that
    would go another way, from which rule to which, hits per rule, and what it is expected to change in cost, latency
    and escalations. The exit code is 1 when the table couldn't decide some hops: runs would stop there.

    \b
    Examples:
      dmnroute policy backtest dmn/intake.dmn --since 7d
      dmnroute policy backtest draft.dmn --policy intake --tenant north --html backtest.html
      dmnroute policy backtest draft.dmn --policy intake --replay 500
    """
    from dmnroute.cli.views.backtests import backtest_document, backtest_text

    draft = draft_of(file, policy)
    window = window_of(draft.name, since=since, until=until, tenant=tenant)
    found = wait_for(_found(session_of(context), draft, window, seed=seed, replays=replay, as_json=as_json))
    if html is not None:
        html.write_text(_page(found), encoding="utf-8")
        streams.note(f"wrote {html}")
    elif as_json:
        streams.document(backtest_document(found))
    else:
        streams.say(backtest_text(found))
    return int(bool(found.stops))


async def _found(
    session: Session, draft: PolicyVersion, window: Window, *, seed: int, replays: int, as_json: bool
) -> Backtest:
    from dmnroute.backtest.backtest import backtest as run_backtest

    async with session.opened(as_json=as_json) as app:
        total = (await app.store.survey(window)).runs
        with streams.progress("looking at runs", total=total) as done:
            catalogue, versions = app.registry.catalogue, app.policies.version
            return await run_backtest(
                app.store, draft, catalogue, versions, window=window, seed=seed, replays=replays, progress=done
            )


def _page(found: Backtest) -> str:
    from dmnroute.cli.reports import render
    from dmnroute.cli.reports.charts import Bar, bars, intervals
    from dmnroute.cli.views.backtests import backtest_document, measures, replay_measures, rule_name, ways

    moves = [Bar(ways(each), (each.hops,)) for each in found.transitions]
    hits = [Bar(rule_name(rule), (rule.recorded, rule.hits)) for rule in found.rules]
    changes, replayed = (
        [(each.name, each.expected.change, each.expected.low, each.expected.high) for each in measured]
        for measured in (measures(found), replay_measures(found))
    )
    return render(
        "backtest",
        found=backtest_document(found),
        moves=bars(moves, ("hops",)),
        hits=bars(hits, ("recorded", "draft")),
        changes=intervals(changes),
        replayed=intervals(replayed),
    )
