"""`dmnroute policy test`"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dmnroute.cli import streams
from dmnroute.cli.options import AsJson
from dmnroute.cli.session import Session, session_of, wait_for
from dmnroute.errors import UsageError

if TYPE_CHECKING:
    from dmnroute.cases.judging import Report


def test(
    context: typer.Context,
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="FILE", help="Tables, or files of test cases; else those of the project."),
    ] = None,
    least: Annotated[
        float, typer.Option("--min-coverage", metavar="SHARE", min=0, max=1, help="Least share of rules covered (0-1).")
    ] = 0,
    junit: Annotated[Path | None, typer.Option("--junit", metavar="FILE", help="Write JUnit XML, too.")] = None,
    sarif: Annotated[Path | None, typer.Option("--sarif", metavar="FILE", help="Write SARIF, too.")] = None,
    as_json: AsJson = False,
) -> int:
    """Run the test cases of tables. The exit code is 1 when one fails, or too few rules are covered.

    A case gives a decision its inputs and says what comes out (the value, the rules, or an error), or it gives a whole
    run its input and what each agent answers, and says which way it goes. Coverage tells which rules never matched,
    and which conditions were never seen both met and not met.

    \b
    Example:
      dmnroute policy test dmn/intake.dmn --junit report.xml
    """
    report = wait_for(_judged(session_of(context), files or [], as_json=as_json))
    _write(report, junit, sarif)
    from dmnroute.cli.views.cases import cases_document, cases_text

    if as_json:
        streams.document(cases_document(report))
    else:
        streams.say(cases_text(report))
    thin = [each for each in report.judged if each.coverage.share() < Decimal(str(least))]
    for each in thin:
        streams.complain(f"error: {each.coverage.share():.0%} of the rules of {each.policy.stem} are covered")
    return int(not report.passed or bool(thin))


async def _judged(session: Session, files: Sequence[Path], *, as_json: bool) -> Report:
    from dmnroute.app import load_agents
    from dmnroute.cases.judging import judge_policies
    from dmnroute.project import find_project

    with streams.for_documents(as_json):
        settings = session.settings()
        project = find_project(settings.project)
        registry = load_agents(project, settings.agents)
        return await judge_policies(_chosen(files, project.policies), registry)


def _chosen(files: Sequence[Path], folder: Path) -> dict[Path, list[Path]]:
    """Policy → its files of test cases.

    Raises:
        UsageError: `no_cases`.
    """
    from dmnroute.cases.reading import case_files, policy_of

    tables = [file for file in files or sorted(folder.glob("*.dmn")) if file.suffix == ".dmn"]
    chosen = {table: found for table in tables if (found := case_files(table)) or files}
    for file in files:
        if file.suffix != ".dmn":
            chosen.setdefault(policy_of(file), []).append(file)
    if not any(chosen.values()):
        names = ", ".join(f"`{file}`" for file in chosen) or f"the tables in `{folder.name}`"
        raise UsageError(
            f"no test cases for {names}",
            code="no_cases",
            hint="the cases of `intake.dmn` are in `intake.tests.yaml` beside it; `dmnroute policy record` makes some",
        )
    return chosen


def _write(report: Report, junit: Path | None, sarif: Path | None) -> None:
    from dmnroute.cases import junit as junit_xml
    from dmnroute.cases import sarif as sarif_json

    if junit is not None:
        junit.write_text(junit_xml.junit(report), "utf-8")
    if sarif is not None:
        sarif.write_text(streams.json_text(sarif_json.sarif(report), indent=2) + "\n", "utf-8")
