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
from dmnroute.cli.publishing import ForTenant, versions_of
from dmnroute.cli.rows import given_rows
from dmnroute.cli.session import Session, session_of, wait_for
from dmnroute.errors import DmnrouteError, UsageError

if TYPE_CHECKING:
    from dmnroute.cli.views.answers import Answers
    from dmnroute.dmn import Model


def eval_(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A .dmn file; with --as-of also the name of a policy.")],
    decision: Annotated[str, typer.Argument(metavar="DECISION", help="Name or id of the decision.")],
    input: GivenInput = [],  # noqa: B006 (typer copies it)
    rows: Annotated[
        str | None,
        typer.Option("--rows", metavar="FILE", help="Evaluate each row of CSV, JSON array or JSON lines; - is stdin."),
    ] = None,
    now: Annotated[
        str | None, typer.Option("--now", metavar="ISO", help="What FEEL's `now()` answers. Default: the time.")
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", metavar="MOMENT", help="Take the published version that is active then (ISO 8601)."),
    ] = None,
    tenant: ForTenant = None,
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
      dmnroute eval claims Route --as-of 2026-12-24T12:00 --input amount=1200
    """
    from dmnroute.dmn import load

    inputs, then = given_input(input), moment(as_of) if as_of else None
    if then is None and tenant is not None:
        raise UsageError("--tenant goes with --as-of")
    model = load(file) if then is None else _published(session_of(context), file, then, tenant)
    at = moment(now) if now else then or datetime.now(UTC)
    if rows is not None:
        if explain:
            raise UsageError("--explain goes with one row of inputs, not with --rows")
        _eval_rows(_answers(model, decision, inputs, given_rows(rows), at), as_csv, as_json)
    elif as_csv:
        raise UsageError("--csv goes with --rows")
    else:
        _eval_one(model, decision, inputs, at, explain, as_json)


def _published(session: Session, file: Path, at: datetime, tenant: str | None) -> Model:
    """The version of a policy that is active at a moment, as far as is known now. Raises UsageError `not_in_use`."""
    from dmnroute.policies.kept import KeptVersions
    from dmnroute.routing.records.policy_change import DEFAULT_TENANT

    name = file.name.removesuffix(".dmn")

    async def work() -> Model:
        async with session.store() as store:
            versions = versions_of(session.settings(), store)
            await versions.log(name)  # raises where nothing was published
            number = (await versions.life(name)).active(at, tenant or DEFAULT_TENANT)
            if number is None:
                raise UsageError(f"no version of policy `{name}` is active at {at.isoformat()}", code="not_in_use")
            return (await KeptVersions(store).version(name, number)).model

    return wait_for(work())


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
