"""`dmnroute check`"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dmnroute.cli import streams
from dmnroute.cli.errors import finding_document
from dmnroute.cli.options import AsJson
from dmnroute.cli.session import Session, session_of
from dmnroute.errors import UsageError

if TYPE_CHECKING:
    from dmnroute.dmn.checks import Finding
    from dmnroute.project import Project


SETTINGS = Path("settings")
"""Where findings are that belong to no file: a setting may come from several."""


def check(
    context: typer.Context,
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="FILE", help="Tables, or folders of tables; else those of the project."),
    ] = None,
    project: Annotated[
        Path | None, typer.Option("--project", metavar="DIR", help="Check against the agents of this project.")
    ] = None,
    no_agents: Annotated[
        bool, typer.Option("--no-agents", help="Check as plain DMN: no `Route`, no agents, no facts.")
    ] = False,
    as_json: AsJson = False,
) -> int:
    """Find what is wrong with tables before they decide anything. The exit code is 1 when there are errors.

    Also tells what is doubtful in the settings of budgets, breakers and guards.

    \b
    Example:
      dmnroute check dmn/intake.dmn
    """
    session = session_of(context)
    given = Session(project or session.project, session.url, session.verbose)
    with streams.for_documents(as_json):
        findings = _checked(given, files or [], no_agents=no_agents)
    errors = sum(finding.severity == "error" for found in findings.values() for finding in found)
    warnings = sum(map(len, findings.values())) - errors
    if as_json:
        streams.document(
            {"errors": errors, "warnings": warnings, "files": [_document(*item) for item in findings.items()]}
        )
    else:
        _tell(findings, errors, warnings)
    return int(errors > 0)


def _checked(session: Session, files: Sequence[Path], *, no_agents: bool) -> dict[Path, Sequence[Finding]]:
    from dmnroute.app import check_settings, load_agents
    from dmnroute.dmn.checks import check as check_dmn
    from dmnroute.project import find_project
    from dmnroute.routing.checks import check_policy

    settings = session.settings()
    if no_agents:
        _refuse_nothing(files)
        return {file: check_dmn(file) for file in _tables(files)}
    project = find_project(settings.project)
    registry = load_agents(project, settings.agents)
    found = {file: check_policy(file, registry.catalogue) for file in _tables(files or [_folder(project)])}
    doubtful = check_settings(settings, registry)
    return found | ({SETTINGS: doubtful} if doubtful else {})


def _refuse_nothing(files: Sequence[Path]) -> None:
    if not files:
        raise UsageError("no file to check", code="no_file", hint="`dmnroute check --no-agents FILE.dmn`")


def _folder(project: Project) -> Path:
    """The folder of the tables, as short as it can be said from here."""
    try:
        return project.policies.absolute().relative_to(Path.cwd())
    except ValueError:
        return project.policies


def _tables(files: Iterable[Path]) -> list[Path]:
    """The files, and those in the folders."""
    found: list[Path] = []
    for file in files:
        inside = sorted(file.glob("*.dmn")) if file.is_dir() else [file]
        if not inside:
            raise UsageError(f"folder `{file}` has no .dmn files", code="no_file")
        found += inside
    return found


def _tell(findings: dict[Path, Sequence[Finding]], errors: int, warnings: int) -> None:
    from dmnroute.cli.views.figures import count

    for found in findings.values():
        for finding in found:
            streams.show_problem(f"{finding}\n")
    streams.say(f"{count(errors, 'error')}, {count(warnings, 'warning')}")


def _document(file: Path, findings: Sequence[Finding]) -> dict[str, Any]:
    return {
        "file": str(file),
        "findings": [finding_document(finding) for finding in findings],
    }
