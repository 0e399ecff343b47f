"""The commands for authors of tables: eval and check."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from tests.cli.conftest import AGENTS, Bench, Cli
from tests.support.tables import model, table

GRADE = table("Grade", ["score"], ["grade"], [(">= 0.9", '"good"', "sure enough"), ("< 0.9", '"poor"')])
TERMS = table("Terms", ["Grade"], ["days"], [('"good"', 'duration("P30D")'), ("-", "null")], requires=["Grade"])


@pytest.fixture
def terms(bench: Bench) -> Path:
    """A file with two decisions, one of which needs the other."""
    file = bench.root / "terms.dmn"
    file.write_text(model(GRADE, TERMS))
    return file


def test_a_decision_is_told_with_its_rules_and_inputs(terms: Path, cli: Cli) -> None:
    """The value first; then what made it, and the decisions it needed."""
    said = cli("eval", terms, "Terms", "--input", "score=0.95")
    assert (said.code, said.err) == (0, "")
    assert said.out == (
        '"P30D"\n  rule 1\n  Grade is "good"\n\nGrade = "good"\n  rule 1 (sure enough)\n  score is 0.95\n'
    )


def test_every_cell_can_be_explained(terms: Path, cli: Cli) -> None:
    """Met, not met, or neither."""
    said = cli("eval", terms, "Grade", "--input", "score=0.5", "--explain")
    assert said.out.splitlines()[4:] == [
        "rule 2 of `Grade` matched",
        "rule 1",
        "  ✗ score: >= 0.9",
        "rule 2",
        "  ✓ score: < 0.9",
    ]


def test_a_null_tells_its_reason(terms: Path, cli: Cli) -> None:
    """Where in the table, and why."""
    said = cli("eval", terms, "Grade", "--input", "score=high")
    assert said.out.startswith("null\n  no rule matched\n")
    assert "\nnulls\n" in said.out
    assert "decision `Grade`, rule 1, input 1" in said.out


def test_json_has_the_value_and_everything_behind_it(terms: Path, cli: Cli) -> None:
    """Numbers are exact, durations are ISO texts."""
    said = cli("eval", terms, "Terms", "--input", "score=0.950", "--explain", "--json").json
    assert said["value"] == "P30D"
    assert said["matched"][0]["rule"] == 1
    assert said["required"]["Grade"]["inputs"] == [{"label": "score", "text": "score", "value": Decimal("0.950")}]
    assert [cell["met"] for rule in said["explanation"] for cell in rule["cells"]] == [True, True]


def test_the_clock_is_an_option(bench: Bench, cli: Cli) -> None:
    """What `now()` answers can be said, so that a decision can be told once more."""
    file = bench.root / "clock.dmn"
    file.write_text(model(table("Year", ["now().year"], ["past"], [("< 2026", "true"), ("-", "false")])))
    assert cli("eval", file, "Year", "--now", "2001-01-01T00:00:00Z", "--json").json["value"] is True
    said = cli("eval", file, "Year", "--now", "yesterday")
    assert (said.code, said.err) == (
        2,
        "error: `yesterday` is no date and time in ISO 8601\nhint: as in 2026-07-01T12:00:00Z\n",
    )


def test_an_unknown_decision_is_guessed(terms: Path, cli: Cli) -> None:
    """With the decisions that there are."""
    said = cli("eval", terms, "Grad")
    assert (said.code, said.err) == (
        1,
        "error: no decision `Grad`; did you mean `Grade`?\nterms.dmn\nhint: the file has `Grade`, `Terms`\n",
    )


def test_a_file_that_is_not_there_exits_with_2(bench: Bench, cli: Cli) -> None:
    """The name, and why."""
    said = cli("eval", "none.dmn", "Route")
    assert (said.code, said.err) == (2, "error: can't read `none.dmn`: no such file or directory\n")


def test_a_project_without_mistakes_has_no_findings(bench: Bench, cli: Cli) -> None:
    """Without files, all tables of the project are checked."""
    bench.save("hello", {"agent": '"greet"'}, {"action": '"complete"'})
    said = cli("check")
    assert (said.code, said.out, said.err) == (0, "0 errors, 0 warnings\n", "")


def test_findings_are_told_with_place_and_caret(bench: Bench, cli: Cli) -> None:
    """As errors are, all of them, and their number last."""
    bench.save("hello", {"agent": '"greeet"'}, {"action": '"complete"', "result": "facts.greting"})
    said = cli("check", "dmn")
    assert said.code == 1
    assert said.out == (
        "error: unknown name `facts.greting`; did you mean `facts.greeting`?\n"
        "hello.dmn, decision `Route`, rule 2, output result\n"
        "  facts.greting\n"
        "  ^^^^^^^^^^^^^\n"
        "\n"
        "error: unknown agent `greeet`; did you mean `greet`?\n"
        "hello.dmn, decision `Route`, rule 1, output agent\n"
        '  "greeet"\n'
        "  ^^^^^^^^\n"
        "hint: known agents: `greet`, `read_scan`, `refuse`\n"
        "\n"
        "2 errors, 0 warnings\n"
    )


def test_findings_are_data_with_json(bench: Bench, cli: Cli) -> None:
    """By file, with code, severity and place."""
    bench.save("hello", {"agent": '"greeet"'}, {"action": '"complete"'})
    said = cli("check", "--json")
    assert said.code == 1
    assert (said.json["errors"], said.json["warnings"]) == (1, 0)
    finding = said.json["files"][0]["findings"][0]
    assert (finding["code"], finding["place"]["rule"]) == ("unknown_agent", 1)


def test_plain_dmn_needs_neither_route_nor_agents(terms: Path, cli: Cli) -> None:
    """`--no-agents` looks at the tables alone."""
    assert cli("check", terms).code == 1
    assert cli("check", terms, "--no-agents").out == "0 errors, 0 warnings\n"
    said = cli("check", "--no-agents")
    assert (said.code, said.err) == (
        2,
        "error: no file to check\nhint: `dmnroute check --no-agents FILE.dmn`\n",
    )


def test_another_project_may_be_named(bench: Bench, cli: Cli, tmp_path: Path) -> None:
    """The agents of that project count, wherever the file is."""
    file = bench.save("hello", {"agent": '"greet"'}, {"action": '"complete"'})
    other = tmp_path / "other"
    for folder in ("dmn", "workers"):
        (other / folder).mkdir(parents=True)
    (other / "workers" / "other_agents.py").write_text(AGENTS.replace('"greet"', '"salute"'))
    assert cli("check", file, "--project", bench.root).code == 0
    assert "error: unknown agent `greet`" in cli("check", file, "--project", other).out


def test_a_folder_without_tables_is_an_error(bench: Bench, cli: Cli) -> None:
    """Nothing checked isn't all well."""
    said = cli("check", "workers")
    assert (said.code, said.err) == (2, "error: folder `workers` has no .dmn files\n")
