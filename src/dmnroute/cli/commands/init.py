"""`dmnroute init`"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dmnroute.cli import streams
from dmnroute.errors import OperatorError, UsageError

TEMPLATE = Path(__file__).parents[1] / "template"

FILES = {
    "README.md": "README.md",
    "dmnroute.toml": "dmnroute.toml",
    ".gitignore": "gitignore.txt",
    "dmn/triage.dmn": "dmn/triage.dmn",
    "dmn/triage.tests.yaml": "dmn/triage.tests.yaml",
    "dmn/guards/canary.dmn": "dmn/guards/canary.dmn",
    "workers/messages.py": "workers/messages.py",
    "tests/test_triage.py": "tests/test_triage.py",
}
"""What a new project consists of, and which file of the template each is."""

FIRST_STEPS = (
    "dmnroute check",
    "dmnroute policy test",
    'dmnroute run triage --input text="I was charged twice"',
    "pytest",
)


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where; made when it isn't there.")] = Path(),
) -> None:
    """Start a new project, ready to run.

    It has an agent, a decision table that Camunda Modeler opens, test cases of the table, and a test that runs both.
    No file is overwritten.

    \b
    Example:
      dmnroute init my-project
    """
    _refuse_to_overwrite(folder)
    name = folder.absolute().name
    for target, source in FILES.items():
        _write(folder / target, (TEMPLATE / source).read_text(encoding="utf-8").replace("$name", name))
        streams.say(f"made {folder / target}")
    streams.say()
    go_there = [] if folder == Path() else [f"cd {folder}"]
    for line in (*go_there, *FIRST_STEPS):
        streams.say(f"  {line}")


def _refuse_to_overwrite(folder: Path) -> None:
    there = [target for target in FILES if (folder / target).exists()]
    if there:
        files = ", ".join(f"`{folder / target}`" for target in there)
        raise UsageError(
            f"{files} would be overwritten", code="exists", hint="nothing was written; choose a new folder"
        )


def _write(file: Path, text: str) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("x", encoding="utf-8", newline="\n") as new:
            new.write(text)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise OperatorError(f"can't write `{file}`: {reason}", code="cant_write") from error
