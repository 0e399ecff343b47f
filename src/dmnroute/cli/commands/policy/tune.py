"""`dmnroute policy tune`"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dmnroute.cli import streams
from dmnroute.cli.options import AsJson
from dmnroute.cli.session import Session, session_of, wait_for
from dmnroute.cli.windows import DraftFile, OfPolicy, OfTenant, Seed, Since, Until, draft_of, window_of
from dmnroute.errors import UsageError

if TYPE_CHECKING:
    from dmnroute.backtest.tuning import Tuning
    from dmnroute.routing.policy import PolicyVersion
    from dmnroute.routing.ports.recorded import Window


def tune(
    context: typer.Context,
    file: DraftFile,
    cell: Annotated[
        str,
        typer.Option(
            "--cell", metavar="DECISION/RULE/COLUMN", help="The cell with the threshold, as in Quality/2/confidence."
        ),
    ],
    right: Annotated[
        str | None,
        typer.Option(
            "--right",
            metavar="FEEL",
            help="What says whether a run's end was right: true, false, or null while nobody knows. "
            "Default: the setting `right`.",
        ),
    ] = None,
    values: Annotated[
        str | None,
        typer.Option(
            "--values", metavar="NUMBERS", help="Thresholds to try: 0.5,0.7,0.9. Default: as the recorded values lie."
        ),
    ] = None,
    max_error: Annotated[
        float | None,
        typer.Option("--max-error", metavar="SHARE", min=0, max=1, help="Find the best threshold with so few errors."),
    ] = None,
    runs: Annotated[
        int, typer.Option("--runs", metavar="COUNT", min=1, help="Look at so many runs at most, chosen at random.")
    ] = 1000,
    since: Since = None,
    until: Until = None,
    tenant: OfTenant = None,
    policy: OfPolicy = None,
    seed: Seed = 0,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write a page with the curves for the browser.")
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Say what other thresholds in a cell would have cost, and how many ends would have been wrong.

    Recorded runs are decided anew with each threshold, as far as recorded outcomes go: runs that would end without
    people, runs that people would be asked about, cost, and wrong ends among those that nobody looks at. The exit
    code is 1 when --max-error is given and no threshold is good enough.

    \b
    Examples:
      dmnroute policy tune dmn/intake.dmn --cell Quality/2/confidence --right "facts.corrected = false"
      dmnroute policy tune dmn/intake.dmn --cell Quality/2/1 --values 0.7,0.8,0.9 --max-error 0.02 --html tune.html
    """
    from dmnroute.cli.views.tunings import tuning_document, tuning_text

    draft = draft_of(file, policy)
    window = window_of(draft.name, since=since, until=until, tenant=tenant)
    tried = None if values is None else _numbers(values)
    most_wrong = None if max_error is None else Decimal(str(max_error))
    found = wait_for(
        _found(session_of(context), draft, window, cell, right, tried, most_wrong, runs=runs, seed=seed, quiet=as_json)
    )
    if html is not None:
        html.write_text(_page(found), encoding="utf-8")
        streams.note(f"wrote {html}")
    elif as_json:
        streams.document(tuning_document(found))
    else:
        streams.say(tuning_text(found))
    return int(found.max_error is not None and found.best is None)


async def _found(
    session: Session,
    draft: PolicyVersion,
    window: Window,
    cell: str,
    right: str | None,
    values: list[Decimal] | None,
    max_error: Decimal | None,
    *,
    runs: int,
    seed: int,
    quiet: bool,
) -> Tuning:
    from dmnroute.backtest.cells import cell_of
    from dmnroute.backtest.tuning import tune as run_tuning
    from dmnroute.feel import compile

    text = right if right is not None else session.settings().right.get(draft.name)
    if text is None:
        raise UsageError(
            f"nothing says whether the end of a run of `{draft.name}` was right",
            code="no_right",
            hint='give --right, as in --right "facts.corrected = false", or the setting `right` of the policy',
        )
    chosen, judge = cell_of(draft, cell), compile(text)
    async with session.opened(as_json=quiet) as app:
        with streams.progress("following runs", total=runs) as done:
            return await run_tuning(
                app.store,
                chosen,
                judge,
                app.registry.catalogue,
                window=window,
                values=values,
                max_error=max_error,
                most=runs,
                seed=seed,
                progress=done,
            )


def _numbers(text: str) -> list[Decimal]:
    try:
        return [Decimal(part.strip()) for part in text.split(",")]
    except InvalidOperation:
        raise UsageError(f"`{text}` is no list of numbers", code="bad_input", hint="as in --values 0.5,0.7") from None


def _page(found: Tuning) -> str:
    from dmnroute.cli.reports import render
    from dmnroute.cli.reports.curves import Curve, curves
    from dmnroute.cli.views.tunings import tuning_document

    at = [point.threshold for point in found.points]
    shares = [
        Curve("asked of people", tuple(point.escalations.value for point in found.points)),
        Curve("wrong ends", tuple(point.error.value for point in found.points)),
    ]
    costs = [Curve("USD a run", tuple(point.cost for point in found.points))]
    return render(
        "tuning",
        found=tuning_document(found),
        shares=curves(at, shares, marked=found.best),
        costs=curves(at, costs, marked=found.best),
    )
