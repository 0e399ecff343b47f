"""The reference of all commands, made of their `--help` pages.

python -m dmnroute.cli.reference docs/cli.md
"""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from typer.main import get_command
from typer.testing import CliRunner

from dmnroute.cli.program import program

HEAD = """# The command line

Made by `python -m dmnroute.cli.reference docs/cli.md` from the `--help` pages.

Exit codes: 0 when it went well, 1 when it went wrong or the run failed or stopped, 2 when the call makes no sense,
130 after Ctrl-C. With `--json`, results and errors are JSON on stdout, numbers exact.
"""


def reference() -> str:
    """The whole page, as Markdown."""
    return HEAD + "".join(_sections())


def _sections() -> Iterator[str]:
    yield from _sections_of(get_command(program()), [])


def _sections_of(command: Any, path: list[str]) -> Iterator[str]:
    """The page of a command, then those of its commands."""
    yield _section(" ".join(["dmnroute", *path]), path)
    for name, inner in getattr(command, "commands", {}).items():
        yield from _sections_of(inner, [*path, name])


def _section(title: str, arguments: list[str]) -> str:
    result = CliRunner().invoke(program(), [*arguments, "--help"], prog_name="dmnroute", env={"COLUMNS": "100"})
    return f"\n## {title}\n\n```\n{result.output.rstrip()}\n```\n"


if __name__ == "__main__":
    parser = ArgumentParser(prog="python -m dmnroute.cli.reference", description=__doc__)
    parser.add_argument("page", type=Path)
    parser.parse_args().page.write_text(reference(), encoding="utf-8")
