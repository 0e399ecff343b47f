"""`dmnroute eval`"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dmnroute.cli import streams
from dmnroute.cli.given import given_input
from dmnroute.cli.moments import moment
from dmnroute.cli.options import AsJson, GivenInput
from dmnroute.cli.rows import given_rows
from dmnroute.errors import DmnrouteError, UsageError

if TYPE_CHECKING:
    from dmnroute.cli.views.answers import Answers
    from dmnroute.dmn import Model


def eval_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A .dmn file.")],
    decision: Annotated[str, typer.Argument(metavar="DECISION", help="Name or id of the decision.")],
    input: GivenInput = [],  # noqa: B006 (typer copies it)
    rows: Annotated[
        str | None,
        typer.Option("--rows", metavar="FILE", help="Evaluate each row of CSV, JSON array or JSON lines; - is stdin."),
    ] = None,
    now: Annotated[
        str | None, typer.Option("--now", metavar="ISO", help="What FEEL's `now()` answers. Default: the time.")
    ] = None,
    explain: Annotated[bool, typer.Option("--explain", help="Show every rule's cells: met, or not.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="With --rows: write CSV.")] = False,
    as_json: AsJson = False,
) -> None:
    """Evaluate one decision of a table, and say why.

    Tells the value, the rules that matched, the decisions that were needed, and why values are null. With --rows it
    evaluates each row and shows inputs and outputs as a table.

    \b
    Examples:
      dmnroute eval claims.dmn Route --input amount=1200 --explain
      dmnroute eval claims.dmn Route --rows claims.csv --csv > routed.csv
    """
    from dmnroute.dmn import load

    model, inputs = load(file), given_input(input)
    at = moment(now) if now else datetime.now(UTC)
    if rows is not None:
        if explain:
            raise UsageError("--explain goes with one row of inputs, not with --rows")
        _eval_rows(_answers(model, decision, inputs, given_rows(rows), at), as_csv, as_json)
    elif as_csv:
        raise UsageError("--csv goes with --rows")
    else:
        _eval_one(model, decision, inputs, at, explain, as_json)


def _eval_one(
    model: Model, decision: str, inputs: dict[str, object], at: datetime, explain: bool, as_json: bool
) -> None:
    from dmnroute.cli.views.evaluation import as_document, as_text

    result = model.evaluate(decision, inputs, now=at)
    explanation = model.decision(decision).explain(inputs, now=at) if explain else None
    if as_json:
        streams.document(as_document(result, explanation))
    else:
        streams.say(as_text(result, explanation))


def _answers(
    model: Model, decision: str, inputs: dict[str, object], rows: list[dict[str, object]], at: datetime
) -> Answers:
    from dmnroute.cli.views.answers import Answers

    found = model.decision(decision)
    answers = Answers(found.name)
    for row in rows:
        try:
            answers.add(row, found.value({**inputs, **row}, now=at))
        except DmnrouteError as error:
            answers.add(row, None, str(error))
    return answers


def _eval_rows(answers: Answers, as_csv: bool, as_json: bool) -> None:
    if as_json:
        for document in answers.documents():
            streams.json_line(document)
    elif as_csv:
        answers.write_csv()
    else:
        streams.table(*answers.cells())
    if answers.failed:
        raise typer.Exit(1)
