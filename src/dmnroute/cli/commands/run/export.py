"""`dmnroute run export`"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dmnroute.cli import streams
from dmnroute.cli.options import AsJson
from dmnroute.cli.session import Session, session_of, wait_for
from dmnroute.errors import OperatorError, UsageError

if TYPE_CHECKING:
    from dmnroute.routing.redaction.rules import Rules
    from dmnroute.routing.stored_history import StoredRuns


def export(
    context: typer.Context,
    runs: Annotated[list[str], typer.Argument(metavar="RUN", help="Ids of runs; forks bring what they began with.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Where to write. Default: stdout.")
    ] = None,
    redact: Annotated[
        list[str],
        typer.Option("--redact", metavar="WHAT", help="Replace this, too: a name, a path, a /pattern/; repeatable."),
    ] = [],  # noqa: B006 (typer copies it)
    keep: Annotated[
        list[str], typer.Option("--keep", metavar="WHAT", help="Leave this as it is: a name or a path; repeatable.")
    ] = [],  # noqa: B006 (typer copies it)
    as_it_is: Annotated[bool, typer.Option("--as-it-is", help="Replace nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write runs to a file that replays anywhere, without what they say about people.

    Every text that the tables don't speak of is replaced, and every number that tells of a person; equal values stay
    equal. Decisions are taken anew from what is left: a run that would go another way is refused, with the field that
    its tables ask for. The file holds the tables, and says which fields were replaced.

    \b
    Examples:
      dmnroute run export order-17 -o order.json
      dmnroute run export order-17 order-18 --keep facts.language --redact facts.total -o orders.json
    """
    if as_it_is and (redact or keep):
        raise UsageError("--as-it-is goes without --redact and --keep")
    from dmnroute.routing.redaction.rules import Rules

    rules = None if as_it_is else Rules(tuple(redact), tuple(keep))
    found = wait_for(_exported(session_of(context), runs, rules, as_json=as_json))
    if output is None:
        typer.echo(found.to_text(), nl=False)
        return
    _write(output, found.to_text())
    if as_json:
        streams.document(_document(found, output))
    else:
        _tell(found, output)


async def _exported(session: Session, names: list[str], rules: Rules | None, *, as_json: bool) -> StoredRuns:
    from dmnroute.cli.recorded import recordings, together
    from dmnroute.routing.redaction.runs import redacted

    with streams.for_documents(as_json):
        async with recordings(session, names) as source:
            found = await together(source, names)
    return found if rules is None else redacted(found, rules)


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise OperatorError(f"can't write `{file}`: {reason}", code="cant_write") from error


def _document(found: StoredRuns, output: Path) -> dict[str, object]:
    return {
        "file": str(output),
        "runs": [history.run.id for history in found.histories],
        "redaction": found.redaction.model_dump() if found.redaction else None,
    }


def _tell(found: StoredRuns, output: Path) -> None:
    from dmnroute.cli.views.figures import count

    streams.say(f"wrote {count(len(found.histories), 'run')} to {output}")
    if found.redaction is None:
        streams.note("nothing was replaced: the file says all that the runs know")
        return
    fields = found.redaction.fields
    streams.say(f"replaced {count(found.redaction.values, 'value')} in {count(len(fields), 'field')}")
    streams.table(("field", "values"), ((name, str(number)) for name, number in fields.items()))
