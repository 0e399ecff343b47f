"""`dmnroute eval`"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from dmnroute.cli import streams
from dmnroute.cli.given import given_input
from dmnroute.cli.options import AsJson, GivenInput
from dmnroute.errors import UsageError


def eval_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A .dmn file.")],
    decision: Annotated[str, typer.Argument(metavar="DECISION", help="Name or id of the decision.")],
    input: GivenInput = [],  # noqa: B006 (typer copies it)
    now: Annotated[
        str | None, typer.Option("--now", metavar="ISO", help="What FEEL's `now()` answers. Default: the time.")
    ] = None,
    explain: Annotated[bool, typer.Option("--explain", help="Show every rule's cells: met, or not.")] = False,
    as_json: AsJson = False,
) -> None:
    """Evaluate one decision of a table, and say why.

    Tells the value, the rules that matched, the decisions that were needed, and why values are null.

    \b
    Example:
      dmnroute eval claims.dmn Route --input amount=1200 --explain
    """
    from dmnroute.cli.views.evaluation import as_document, as_text
    from dmnroute.dmn import load

    model, inputs = load(file), given_input(input)
    at = _moment(now) if now else datetime.now(UTC)
    result = model.evaluate(decision, inputs, now=at)
    explanation = model.decision(decision).explain(inputs, now=at) if explain else None
    if as_json:
        streams.document(as_document(result, explanation))
    else:
        streams.say(as_text(result, explanation))


def _moment(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        hint = "as in 2026-07-01T12:00:00Z"
        raise UsageError(f"`{text}` is no date and time in ISO 8601", code="bad_input", hint=hint) from error
    return at if at.tzinfo else at.replace(tzinfo=UTC)
