"""`dmnroute broker` without a broker: its help, and calls that make no sense."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.main import get_command

from dmnroute.cli.commands.broker import COMMANDS
from dmnroute.cli.entry import exit_code
from dmnroute.cli.program import program


@pytest.fixture(autouse=True)
def _own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of this user."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


def test_alone_it_shows_its_commands(capsys: pytest.CaptureFixture[str]) -> None:
    """As `dmnroute` does."""
    assert exit_code(["broker"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.partition("Commands:\n")[2].splitlines()] == [
        "up",
        "status",
        "down",
        "logs",
    ]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.__name__)
def test_each_command_teaches_by_an_example(command: object) -> None:
    """And every option says what it is for."""
    name = command.__name__  # type: ignore[attr-defined]  # a function
    assert f"    dmnroute broker {name}" in (command.__doc__ or "")
    group = get_command(program()).commands["broker"]  # type: ignore[attr-defined]  # a group has commands
    assert [parameter.name for parameter in group.commands[name].params if not parameter.help] == []


@pytest.mark.parametrize(
    ("arguments", "code", "out", "err"),
    [
        (["status"], 1, "broker default: down\n", ""),
        (["status", "--all"], 1, "no broker runs\n", ""),
        (["status", "--name", "a/b"], 2, "", "error: --name `a/b` must be a word of letters, digits, `-` and `_`\n"),
        (["down", "--name", "x"], 0, "broker x wasn't up\n", ""),
        (["up", "--env", "X"], 2, "", "error: --env `X` isn't `key=value`\n"),
        (["up", "--memory", "1"], 2, "", "error: --memory `1` isn't an amount of memory such as `768m` or `2g`\n"),
        (
            ["logs"],
            1,
            "",
            "error: broker `default` has never been up\nhint: `dmnroute broker up` starts it\n",
        ),
    ],
)
def test_what_is_said_without_a_broker(
    capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, out: str, err: str
) -> None:
    """Word for word, with the exit code."""
    assert exit_code(["broker", *arguments]) == code
    said = capsys.readouterr()
    assert (said.out, said.err) == (out, err)


def test_programs_get_json(capsys: pytest.CaptureFixture[str]) -> None:
    """Also of what isn't there."""
    assert exit_code(["broker", "status", "--json"]) == 1
    assert capsys.readouterr().out == '{\n  "name": "default",\n  "status": "down"\n}\n'
