"""`dmnroute replay`"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from dmnroute.cli import streams
from dmnroute.cli.options import AsJson
from dmnroute.cli.session import Session, session_of, wait_for
from dmnroute.errors import UsageError

if TYPE_CHECKING:
    from dmnroute.cli.views.replays import Replays


def replay(
    context: typer.Context,
    run: Annotated[
        list[str], typer.Argument(metavar="RUN", help="Ids of runs, or files of exported ones.", show_default=False)
    ] = [],  # noqa: B006 (typer copies it)
    every_run: Annotated[bool, typer.Option("--all", help="Every run of the store.")] = False,
    policy: Annotated[
        str | None, typer.Option("--policy", metavar="POLICY", help="With --all: only runs of this policy.")
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Take recorded decisions once more, and compare them bit for bit.

    Each hop is decided again from what was recorded of that moment (outcomes, signals, figures, clock and seed), by
    the version of the policy that took it. The first divergence of each run is shown; with one the exit code is 1.

    \b
    Examples:
      dmnroute replay intake-0701-1530-k3f9
      dmnroute replay --all --policy intake
    """
    if every_run == bool(run):
        raise UsageError("name runs, or give --all")
    if policy is not None and not every_run:
        raise UsageError("--policy goes with --all")
    found = wait_for(_replayed(session_of(context), run, policy, as_json=as_json))
    if as_json:
        streams.document(found.document())
    else:
        streams.say(found.text())
    return int(bool(found.diverged))


async def _replayed(session: Session, runs: list[str], policy: str | None, *, as_json: bool) -> Replays:
    from dmnroute.cli.recorded import recordings
    from dmnroute.cli.views.replays import Replays

    found = Replays()
    with streams.for_documents(as_json):
        async with recordings(session, runs) as source:
            chosen = runs or await source.ids(policy=policy)
            with streams.progress("replaying", total=len(chosen)) as done:
                for run in chosen:
                    for recorded in await source.runs(run):
                        found.take(recorded)
                    done(1)
    return found
