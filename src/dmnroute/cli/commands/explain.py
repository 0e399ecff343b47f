"""`dmnroute explain`"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dmnroute.cli import streams
from dmnroute.cli.options import AsJson
from dmnroute.cli.session import Session, session_of, wait_for

if TYPE_CHECKING:
    from dmnroute.routing.explanation import HopExplanation


def explain(
    context: typer.Context,
    run: Annotated[str, typer.Argument(metavar="RUN", help="Id of the run, or the file of an exported one.")],
    hop: Annotated[int | None, typer.Argument(metavar="HOP", help="Number of the hop. Default: the latest.")] = None,
    every_hop: Annotated[bool, typer.Option("--hops", help="Explain every hop.")] = False,
    whole: Annotated[bool, typer.Option("--all", help="Show every rule's cells, also of rules far away.")] = False,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write the tables as a page for the browser.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Explain why a run went where it went.

    Shows the tables as they were when the hop was decided: the rules that matched, each cell met or not with the
    value it was held against, the rules that missed by a single cell, why values were null, and the limit that
    overrode the tables, if one did.

    \b
    Examples:
      dmnroute explain intake-0701-1530-k3f9 4
      dmnroute explain intake-0701-1530-k3f9 --hops --html why.html
    """
    found = wait_for(_explained(session_of(context), run, hop, every_hop=every_hop, as_json=as_json))
    if html is not None:
        html.write_text(_page(found), encoding="utf-8")
        streams.note(f"wrote {html}")
    elif as_json:
        _say_documents(found, several=every_hop)
    else:
        _say_texts(found, whole=whole)


async def _explained(
    session: Session, run: str, hop: int | None, *, every_hop: bool, as_json: bool
) -> list[HopExplanation]:
    from dmnroute.cli.recorded import recordings
    from dmnroute.errors import OperatorError
    from dmnroute.routing.explanation import explain_hop

    with streams.for_documents(as_json):
        async with recordings(session, [run]) as source:
            found = await source.run(run)
    history = found.history
    if not history.hops:
        raise OperatorError(
            f"run `{history.run.id}` has no hop yet",
            code="unknown_hop",
            hint=f"`dmnroute show {history.run.id}` says how it stands",
        )
    numbers = range(1, len(history.hops) + 1) if every_hop else [hop or len(history.hops)]
    explained = (explain_hop(history, number, found.policy, found.catalogue) for number in numbers)
    return [replace(hop, shadow=found.shadows.get(hop.decision.hop)) for hop in explained]


def _say_texts(found: list[HopExplanation], *, whole: bool) -> None:
    from dmnroute.cli.views.explanations import explanation_text

    streams.say("\n\n".join(explanation_text(hop, whole=whole) for hop in found))


def _say_documents(found: list[HopExplanation], *, several: bool) -> None:
    from dmnroute.cli.views.explanations import explanation_document

    documents = [explanation_document(hop) for hop in found]
    streams.document(documents if several else documents[0])


def _page(found: list[HopExplanation]) -> str:
    from dmnroute.cli.reports import render
    from dmnroute.cli.views.explanations import explanation_document, how_decided
    from dmnroute.cli.views.hops import what
    from dmnroute.cli.views.versions import shadow_line

    hops = [
        explanation_document(hop)
        | {
            "what": what(hop.decision.plan),
            "how": how_decided(hop.decision),
            "context_text": streams.json_text(hop.context, indent=2),
            "shadow_text": shadow_line(hop.shadow) if hop.shadow else None,
        }
        for hop in found
    ]
    return render("explanation", hops=hops)
