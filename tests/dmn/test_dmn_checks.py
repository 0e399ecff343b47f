"""What a check finds beyond what loading refuses."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.dmn.dmn_text import decision, definitions, input_data, literal, one_table, table

from dmnroute.dmn import load
from dmnroute.dmn.checks import RULES, Finding, check

GOLDEN = sorted((Path(__file__).parent / "golden").glob("*/table.dmn"))
KNOWN = ("last.confidence", "last.status", "facts", "agents.*.breaker")


def _found(source: str, **options: object) -> list[str]:
    return [str(finding) for finding in check(source, name="claims.dmn", **options)]  # type: ignore[arg-type]


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.parent.name)
def test_a_sound_file_has_no_errors(path):
    """The golden tables are clean."""
    assert [finding for finding in check(path) if finding.severity == "error"] == []


def test_a_text_without_quotes_is_found_in_input_and_output_cells():
    """A bare word in a cell is most likely a text."""
    rows = [["ocr, llm", "book"], ["not(person)", '"ask"']]
    assert _found(one_table(["kind"], ["agent"], rows)) == [
        'error: unknown name `ocr`; did you mean `"ocr"`?\nclaims.dmn, decision `Route`, rule 1, input 1\n'
        "  ocr, llm\n  ^^^\nhint: text in a cell stands in quotes",
        'error: unknown name `llm`; did you mean `"llm"`?\nclaims.dmn, decision `Route`, rule 1, input 1\n'
        "  ocr, llm\n       ^^^\nhint: text in a cell stands in quotes",
        'error: unknown name `person`; did you mean `"person"`?\nclaims.dmn, decision `Route`, rule 2, input 1\n'
        "  not(person)\n      ^^^^^^\nhint: text in a cell stands in quotes",
        'error: unknown name `book`; did you mean `"book"`?\nclaims.dmn, decision `Route`, rule 1, output agent\n'
        "  book\n  ^^^^\nhint: text in a cell stands in quotes",
    ]


def test_an_unknown_path_is_an_error_when_the_caller_says_what_there_is():
    """The part that doesn't exist is named, with the nearest that does."""
    rows = [["< 0.9", "facts.anything"], ["-", "agents.ocr.braker"], ["-", "agents.ocr.breaker"]]
    assert _found(one_table(["last.confidnce"], ["x"], rows, policy="COLLECT"), known_names=KNOWN) == [
        "error: unknown name `last.confidnce`; did you mean `last.confidence`?\nclaims.dmn, decision `Route`, input 1\n"
        "  last.confidnce\n  ^^^^^^^^^^^^^^",
        "error: unknown name `agents.ocr.braker`; did you mean `agents.ocr.breaker`?\n"
        "claims.dmn, decision `Route`, rule 2, output x\n  agents.ocr.braker\n  ^^^^^^^^^^^^^^^^^",
    ]


def test_a_path_with_no_near_name_lists_what_there_is():
    """Without a likely meaning the choices are given."""
    assert _found(definitions(decision("Route", literal("last.weather"))), known_names=KNOWN) == [
        "error: unknown name `last.weather`\nclaims.dmn, decision `Route`\n  last.weather\n  ^^^^^^^^^^^^\n"
        "hint: known are `confidence`, `status`"
    ]


def test_an_unknown_name_is_a_warning_when_nobody_knows_what_there_is():
    """A model that draws its inputs is expected to draw all."""
    source = definitions(input_data("amount"), decision("Route", literal("amuont + 1"), inputs=["amount"]))
    assert _found(source) == [
        "warning: unknown name `amuont`; did you mean `amount`?\nclaims.dmn, decision `Route`\n  amuont + 1\n  ^^^^^^"
    ]
    assert _found(definitions(decision("Route", literal("anything")))) == []


def test_names_of_the_model_itself_are_known():
    """Required decisions, context entries and parameters need no caller."""
    context = (
        f'<context><contextEntry><variable name="a"/>{literal("Score + 1")}</contextEntry>'
        f"<contextEntry>{literal('a + last.confidence')}</contextEntry></context>"
    )
    source = definitions(decision("Score", literal("1")), decision("Route", context, requires=["Score"]))
    assert _found(source, known_names=KNOWN) == []


def test_an_empty_output_cell_warns_in_a_file_for_camunda():
    """Zeebe refuses what we read as null."""
    rows = [["1", ""], ["2", "1"]]
    assert _found(one_table(["a"], ["x"], rows, camunda=True)) == [
        "warning: the output cell is empty, which Zeebe refuses\nclaims.dmn, decision `Route`, rule 1, output x\n"
        "hint: write `null`"
    ]
    assert _found(one_table(["a"], ["x"], rows)) == []


def test_a_name_with_spaces_warns_in_a_file_for_camunda():
    """Camunda reads such names in backticks only."""
    body = '<variable name="risk class"/>' + literal("1")
    assert _found(definitions(decision("Risk", body), camunda=True)) == [
        "warning: the variable `risk class` isn't a plain name\nclaims.dmn, decision `Risk`\n"
        "hint: Camunda reads it as `` `risk class` `` in backticks only; `risk_class` needs none"
    ]
    assert _found(definitions(decision("Risk", body))) == []


def test_rules_that_can_never_be_reached_warn():
    """Below a rule that always matches, or one with the same conditions, nothing is reached under FIRST."""
    rows = [["1", "2"], ["1", "3"], ["-", "4"], ["2", "5"]]
    assert _found(one_table(["a"], ["x"], rows)) == [
        "warning: rule 2 can never be reached: rule 1 above it has the same conditions\n"
        "claims.dmn, decision `Route`, rule 2\nhint: move rule 2 above rule 1, or remove it",
        "warning: rule 4 can never be reached: rule 3 above it always matches\n"
        "claims.dmn, decision `Route`, rule 4\nhint: move rule 4 above rule 3, or remove it",
    ]
    assert _found(one_table(["a"], ["x"], rows, policy="COLLECT")) == []


def test_a_layer_above_adds_rules_of_its_own():
    """A rule is a function of the subject; a loaded model can be checked as well as a file."""

    def no_tables(subject):
        for where, _ in subject.tables():
            yield Finding("table", "warning", "a table", where.place())

    model = load(definitions(decision("Route", table(["a"], ["x"], [["1", "1"]]))), name="claims.dmn")
    found = check(model, rules=(*RULES, no_tables))
    assert [str(finding) for finding in found] == ["warning: a table\nclaims.dmn, decision `Route`"]


def test_errors_come_before_warnings():
    """What keeps a table from being used is listed first."""
    rows = [["-", ""], ["1", "nobody"]]
    severities = [finding.severity for finding in check(one_table(["a"], ["x"], rows, camunda=True))]
    assert severities == ["error", "warning", "warning"]
