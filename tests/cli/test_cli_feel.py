"""`dmnroute feel`, and many rows at once with `dmnroute eval --rows`."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from tests.cli.conftest import Bench, Cli
from tests.support.tables import model, table

GRADE = table("Grade", ["last.score", "kind"], ["grade"], [(">= 0.9", "-", '"good"', ""), ("< 0.9", "-", '"poor"', "")])


@pytest.fixture
def grade(bench: Bench) -> Path:
    """A file with one decision."""
    file = bench.root / "grade.dmn"
    file.write_text(model(GRADE))
    return file


def test_an_expression_is_evaluated(cli: Cli) -> None:
    """The value as FEEL writes it; why it is null goes to stderr."""
    said = cli("feel", 'sum(prices[item > 10]) + @"P1D".days', "--input", "prices=[5, 20, 30]")
    assert (said.code, said.out, said.err) == (0, "51\n", "")
    said = cli("feel", '[@"2020-01-31" + @"P1M", a.b]')
    assert said.out == '[@"2020-02-29", null]\n'
    assert said.err == "  nothing is called `a` in `a`\n  `.b` of null in `a.b`\n"


def test_an_expression_as_json(cli: Cli) -> None:
    """Value and notices, for programs."""
    assert cli("feel", "1 + null", "--json").json == {
        "value": None,
        "notices": [{"kind": "null_operand", "message": "`+` with null in `1 + null`"}],
    }


def test_a_cell_tests_a_value(cli: Cli) -> None:
    """`--test` reads the text as an input cell."""
    assert cli("feel", "[1..5], > 10", "--test", "3").out == "true\n"
    assert cli("feel", 'not("a")', "--test", '"a"').out == "false\n"


def test_a_dialect_and_a_clock_are_chosen(cli: Cli) -> None:
    """Camunda's dialect has functions of its own; `now()` is what the caller says."""
    assert cli("feel", "trim(' a ')".replace("'", '"'), "--dialect", "camunda").out == '"a"\n'
    assert cli("feel", "now().year", "--now", "2001-01-01T00:00:00Z").out == "2001\n"


def test_an_expression_that_can_not_be_read_is_an_error(cli: Cli) -> None:
    """With the place, as everywhere."""
    said = cli("feel", "1 +")
    assert said.code == 1
    assert said.err == "error: expected a value after `+`, found the end of the text\n  1 +\n     ^\n"


def test_lines_are_read_one_after_the_other(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """An error in one doesn't end it."""
    monkeypatch.setattr("sys.stdin", io.StringIO("1 + 1\n\nfoo(\nx * 2\n"))
    said = cli("feel", "--input", "x=21")
    assert (said.code, said.out) == (0, "2\n42\n")
    assert said.err.startswith("error: expected an argument")


def test_rows_of_csv_become_a_table(grade: Path, bench: Bench, cli: Cli) -> None:
    """Dotted columns are entries of contexts, empty cells null."""
    rows = bench.root / "rows.csv"
    rows.write_text("last.score,kind\n0.95,a\n0.5,\n,b\n")
    assert cli("eval", grade, "Grade", "--rows", rows).out == (
        "last.score  kind  Grade\n0.95        a     good\n0.5               poor\n            b\n"
    )
    assert cli("eval", grade, "Grade", "--rows", rows, "--csv").out == (
        "last.score,kind,Grade\n0.95,a,good\n0.5,,poor\n,b,\n"
    )


def test_rows_of_json_from_stdin_become_json(grade: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """An array, or an object on each line; `--input` gives what all rows share."""
    for text in (
        '[{"last": {"score": 1}}, {"last": {"score": 0}}]',
        '{"last": {"score": 1}}\n{"last": {"score": 0}}\n',
    ):
        monkeypatch.setattr("sys.stdin", io.StringIO(text))
        said = cli("eval", grade, "Grade", "--rows", "-", "--json", "--input", "kind=a")
        assert said.out == (
            '{"inputs": {"last": {"score": 1}}, "value": "good"}\n{"inputs": {"last": {"score": 0}}, "value": "poor"}\n'
        )


def test_several_outputs_are_columns_and_errors_stand_in_their_row(bench: Bench, cli: Cli) -> None:
    """The other rows are evaluated nevertheless; the exit code tells."""
    file = bench.root / "two.dmn"
    file.write_text(model(table("Two", ["a"], ["a", "b"], [("1", "1", '"x"', ""), ("2", "modulo(1, 0)", "2", "")])))
    rows = bench.root / "rows.csv"
    rows.write_text("a\n1\n2\n3\n")
    said = cli("eval", file, "Two", "--rows", rows, "--csv")
    assert said.code == 1
    assert said.out == ("a,Two.a,b,error\n1,1,x,\n2,,,`modulo`: a division by zero\n3,,,\n")


FORMS = "hint: give CSV with names in its first line, a JSON array of objects, or an object on each line\n"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a,b\n1\n", "error: 1 cells, but the first line names 2\n{file}, line 2\n"),
        ("a,a.b\n1,2\n", "error: the column `a` can't be a value and hold `a.b`\n{file}\n"),
        ("[1]", "error: row 1 is no JSON object\n{file}\n"),
        (
            '{"a": 1}\n{"a": \n',
            f"error: not JSON\n{{file}}, line 2\n{FORMS}",
        ),
        ("", f"error: there are no rows\n{{file}}\n{FORMS}"),
        (" \n\n", f"error: there are no rows\n{{file}}\n{FORMS}"),
        ("anything at all\n", f"error: there are no rows\n{{file}}\n{FORMS}"),
        ('a\n"x', "error: not CSV: unexpected end of data\n{file}\n"),
    ],
)
def test_rows_that_can_not_be_read_are_refused(grade: Path, bench: Bench, cli: Cli, content: str, message: str) -> None:
    """With the line that is wrong."""
    rows = bench.root / "rows.txt"
    rows.write_text(content)
    said = cli("eval", grade, "Grade", "--rows", rows)
    assert (said.code, said.err) == (2, message.format(file=rows))


def test_no_rows_from_stdin_are_refused_and_an_empty_array_is_not(
    grade: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A command before a pipe that failed isn't taken for one that found nothing."""
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    said = cli("eval", grade, "Grade", "--rows", "-")
    assert (said.code, said.out, said.err) == (2, "", f"error: there are no rows\nstdin\n{FORMS}")
    monkeypatch.setattr("sys.stdin", io.StringIO("[]"))
    assert cli("eval", grade, "Grade", "--rows", "-", "--json").code == 0


def test_options_that_do_not_go_together_are_refused(grade: Path, cli: Cli) -> None:
    """One row is explained, many are written as CSV."""
    assert cli("eval", grade, "Grade", "--csv").err == "error: --csv goes with --rows\n"
    said = cli("eval", grade, "Grade", "--rows", "none.csv", "--explain")
    assert said.err == "error: --explain goes with one row of inputs, not with --rows\n"
    assert (
        cli("eval", grade, "Grade", "--rows", "none.csv").err
        == "error: can't read `none.csv`: no such file or directory\n"
    )
