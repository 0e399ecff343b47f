"""All commands, and the options that stand before them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated, Any

import typer

from dmnroute.cli.commands import COMMANDS, DEFAULTS, GROUPS
from dmnroute.cli.groups import InOrder, group_of
from dmnroute.cli.session import Session


def program(first: str | None = None) -> typer.Typer:
    """The whole command line. Where the first argument is a command, that one alone: it is there sooner."""
    app = typer.Typer(
        name="dmnroute",
        cls=InOrder,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        add_completion=True,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    )
    app.callback(invoke_without_command=True)(before)
    named = [command for command in COMMANDS if _name(command) == first]
    groups = {name: group for name, group in GROUPS.items() if name == first}
    is_known = bool(named or groups)
    _add(app, named if is_known else COMMANDS)
    for name, (text, commands) in (groups if is_known else GROUPS).items():
        group = typer.Typer(
            cls=group_of(DEFAULTS.get(name)), help=text, short_help=_first_sentence(text), rich_markup_mode=None
        )
        group.callback(invoke_without_command=True)(_help_without_command)
        _add(group, commands)
        app.add_typer(group, name=name)
    return app


def _add(app: typer.Typer, commands: Iterable[Callable[..., Any]]) -> None:
    for command in commands:
        app.command(_name(command), short_help=_first_sentence(command.__doc__ or ""))(command)


def _name(command: Callable[..., Any]) -> str:
    return command.__name__.rstrip("_").replace("_", "-")


def _first_sentence(text: str) -> str:
    return " ".join(text.split("\n\n")[0].split()).partition(". ")[0].rstrip(".")


def _help_without_command(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


def before(
    context: typer.Context,
    project: Annotated[
        Path | None,
        typer.Option("--project", metavar="DIR", help="Folder with `dmn/` and `workers/`. Default: the current one."),
    ] = None,
    store: Annotated[
        str | None,
        typer.Option("--store", metavar="URL", help="Database of the runs: a URL, or the path of a SQLite file."),
    ] = None,
    verbose: Annotated[
        int,
        typer.Option(
            "--verbose", "-v", count=True, show_default=False, help="Log what happens; twice: in every detail."
        ),
    ] = 0,
) -> None:
    """Agents do the work; decision tables decide, hop after hop, where a run goes next.

    \b
    First steps:
      dmnroute init my-project && cd my-project
      dmnroute check
      dmnroute run triage --input text="The invoice is wrong"
    """
    context.obj = Session(project, store, verbose)
    _help_without_command(context)
