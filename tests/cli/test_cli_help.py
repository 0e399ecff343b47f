"""Help is documentation, and documentation is tested."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.main import get_command

from dmnroute.cli.commands import COMMANDS
from dmnroute.cli.program import program
from dmnroute.cli.reference import reference

DOCS = Path(__file__).parents[2] / "docs" / "cli.md"


def test_the_reference_is_what_help_says() -> None:
    """When this fails: python -m dmnroute.cli.reference docs/cli.md"""
    assert DOCS.read_text(encoding="utf-8") == reference()


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.__name__)
def test_every_command_teaches_by_an_example(command: object) -> None:
    """One sentence that fits on the line of the list, then an example that can be copied."""
    text = command.__doc__ or ""
    name = command.__name__.rstrip("_").replace("_", "-")  # type: ignore[attr-defined]  # a function
    sentence = text.split("\n\n")[0].strip()
    assert sentence.partition(". ")[0].endswith(".") or ". " in sentence
    assert len(sentence.partition(". ")[0]) <= 66
    assert f"    dmnroute {name}" in text


def test_no_option_is_left_without_an_explanation() -> None:
    """Every argument and option says what it is for."""
    whole = get_command(program())
    for command in (whole, *whole.commands.values()):  # type: ignore[attr-defined]  # a group has commands
        assert [parameter.name for parameter in command.params if not parameter.help] == [], command.name
