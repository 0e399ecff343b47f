"""What the command line says when it goes wrong: words, JSON, exit codes."""

from __future__ import annotations

import pytest
from tests.cli.conftest import Bench, Cli

from dmnroute.cli.errors import error_document, render, without_passwords
from dmnroute.errors import OperatorError, Place, TableError
from dmnroute.source import Source, Span


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["shw"], "no such command `shw`; did you mean `show`?\nhint: `dmnroute --help` shows how it is called"),
        (["run"], "missing argument `POLICY`\nhint: `dmnroute run start --help` shows how it is called"),
        (
            ["run", "p", "--inptu", "a=1"],
            "no such option `--inptu`; did you mean `--input`?\nhint: `dmnroute run start --help` shows how"
            " it is called",
        ),
        (
            ["run", "p", "--store", "x"],
            "no such option `--store`\nhint: `--store` goes before the command: `dmnroute --store … run start`",
        ),
        (
            ["--project", "nowhere", "run", "p"],
            "`nowhere` has no folder `dmn`\nhint: `dmnroute init` makes a new project",
        ),
        (
            ["--store", "mysql://me:secret@db/x", "runs"],
            "`mysql` is no kind of store\nhint: write `memory:`, `sqlite:///runs.db`, the path of a file,"
            " or `postgresql://host/database`",
        ),
    ],
)
def test_a_call_that_makes_no_sense_exits_with_2(bench: Bench, cli: Cli, words: list[str], error: str) -> None:
    """One sentence, and what to do; nothing on stdout."""
    said = cli(*words)
    assert (said.code, said.out, said.err) == (2, "", f"error: {error}\n")


def test_with_json_errors_are_json_too(bench: Bench, cli: Cli) -> None:
    """On stdout, so that programs read one stream; stderr stays empty."""
    said = cli("show", "nobody", "--json")
    assert (said.code, said.err) == (1, "")
    assert said.json == {
        "error": {
            "code": "unknown_run",
            "message": "unknown run `nobody`",
            "place": None,
            "hint": "`dmnroute runs` lists them",
        }
    }
    assert cli("show", "--json").json["error"]["code"] == "usage"


def test_a_place_is_data_in_json() -> None:
    """File, decision, rule and column, with the text and what of it is meant."""
    place = Place("a.dmn", "Route", 4, "input 2", Source("last.x < 1"), Span(5, 6))
    document = error_document(TableError("unknown name", code="unknown_name", place=place))
    assert document["error"]["place"] == {
        "file": "a.dmn",
        "decision": "Route",
        "rule": 4,
        "column": "input 2",
        "text": "last.x < 1",
        "span": [5, 6],
    }


def test_passwords_are_never_shown() -> None:
    """Neither in messages nor in hints, as text or as JSON."""
    error = OperatorError("can't reach postgresql://me:s3cret@db/runs", hint="look at http://a:b@c")
    assert render(error) == "error: can't reach postgresql://me:***@db/runs\nhint: look at http://a:***@c"
    assert "s3cret" not in str(error_document(error))
    assert without_passwords("amqp://me:p@ss/w@db and http://host:80/a") == "amqp://me:***@db and http://host:80/a"


def test_a_bug_is_told_as_a_bug(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole traceback, and whom to tell; never a bare crash."""
    monkeypatch.setattr("platform.python_version", lambda: 1 / 0)
    said = cli("version", "--json")
    assert said.code == 1
    assert "ZeroDivisionError: division by zero" in said.err
    assert said.err.endswith(
        "error: this is a bug in dmnroute, not a mistake of yours; please report it with the lines above and the "
        "output of `dmnroute version`\n"
    )
    assert said.json["error"] == {
        "code": "bug",
        "message": "ZeroDivisionError: division by zero",
        "place": None,
        "hint": None,
    }


@pytest.mark.parametrize(
    ("file", "text", "error"),
    [
        ("dmnroute.toml", "[limits", "`dmnroute.toml` isn't TOML: expected ']' at the end of a table declaration"),
        ("dmnroute.toml", "[limits]\nhops = 0", "setting `DMNROUTE_LIMITS__HOPS`: input should be greater than"),
        (".env", "DMNROUTE_LIMITS=x", "error parsing value for field `limits` from source `DotEnvSettingsSource`"),
    ],
)
def test_a_wrong_setting_is_told_with_its_name(bench: Bench, cli: Cli, file: str, text: str, error: str) -> None:
    """The file or the variable to mend; the value isn't shown, it may be a secret."""
    (bench.root / file).write_text(text)
    said = cli("runs")
    assert said.code == 2
    assert said.err.startswith(f"error: {error}")


def test_an_agent_module_that_cannot_be_imported_is_named(bench: Bench, cli: Cli) -> None:
    """The developer sees module, error and line."""
    file = bench.root / "workers" / "broken.py"
    file.write_text("import nothing_of_that_name\n")
    said = cli("agents")
    assert (said.code, said.err) == (
        1,
        "error: module `broken` can't be imported: ModuleNotFoundError: No module named 'nothing_of_that_name'\n"
        f"hint: {file}, line 1: import nothing_of_that_name\n",
    )
