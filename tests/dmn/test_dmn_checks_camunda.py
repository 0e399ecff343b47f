"""What a check says about a file for Camunda 8: what goes wrong there, and what Zeebe refuses."""

from __future__ import annotations

import pytest
from tests.dmn.dmn_text import decision, definitions, input_data, literal, one_table

from dmnroute.dmn.checks import check

PLACE = "claims.dmn, decision `Route`"


def _found(source: str) -> list[str]:
    return [str(finding) for finding in check(source, name="claims.dmn") if finding.code != "unknown_name"]


def _cell(text: str) -> str:
    return one_table(["a"], ["x"], [[text, "1"]], camunda=True)


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        (
            '@"P1D" * 1.5',
            "warning: Camunda drops the fraction of what a duration is multiplied by\n"
            f'{PLACE}\n  @"P1D" * 1.5\n  ^^^^^^^^^^^^\nhint: compute with numbers, and make a duration of the result',
        ),
        (
            'duration("P100D") / n',
            "warning: Camunda divides a duration wrongly beyond 24 days\n"
            f'{PLACE}\n  duration("P100D") / n\n  ^^^^^^^^^^^^^^^^^^^^^\n'
            "hint: compute with numbers, and make a duration of the result",
        ),
        (
            '@"PT1H" / @"PT7M"',
            "warning: Camunda divides durations without a fraction\n"
            f'{PLACE}\n  @"PT1H" / @"PT7M"\n  ^^^^^^^^^^^^^^^^^\n'
            "hint: compute with numbers, and make a duration of the result",
        ),
        (
            'status in ["a", "b"] and n > 5',
            "warning: Camunda takes all that follows `in` for its test\n"
            f'{PLACE}\n  status in ["a", "b"] and n > 5\n  ^^^^^^^^^^^^^^^^^^^^\n'
            "hint: put parentheses around it: `(a in b) and c`",
        ),
        (
            'string length("🐎")',
            f'warning: Camunda counts this character as two\n{PLACE}\n  string length("🐎")\n  ^^^^^^^^^^^^^^^^^^',
        ),
    ],
)
def test_an_expression_that_camunda_gets_wrong_warns(text, finding):
    """Message, place with carets, and what to write instead; a file for another engine has no such warning."""
    assert _found(definitions(decision("Route", literal(text)), camunda=True)) == [finding]
    assert _found(definitions(decision("Route", literal(text)))) == []


@pytest.mark.parametrize(
    "text",
    [
        '(status in ["a", "b"]) and n > 5',
        'n > 5 and status in ["a", "b"]',
        "n in [1..5] and n > 2",
        "n in > 3 and n > 2",
        "n in (1, 2) and n > 2",
        '@"P1D" * 2',
        "n * 1.5",
    ],
)
def test_what_camunda_gets_right_does_not_warn(text):
    """Parentheses, ranges and comparisons after `in` are read as they are meant."""
    assert _found(definitions(decision("Route", literal(text)), camunda=True)) == []


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        (
            "not(true)",
            "warning: Camunda takes `true` beside other tests, or in `not(…)`, as met by every input\n"
            f"{PLACE}, rule 1, input 1\n  not(true)\n      ^^^^\nhint: write `? = true`, or `false` for `not(true)`",
        ),
        (
            "list contains([1, 5], ?)",
            "warning: Camunda doesn't recognise `?` in `list contains`\n"
            f"{PLACE}, rule 1, input 1\n  list contains([1, 5], ?)\n  ^^^^^^^^^^^^^^^^^^^^^^^^\n"
            "hint: write `cellInput` for `?`",
        ),
        (
            "count([?]) = 1",
            "warning: Camunda doesn't recognise `?` as an item of a list\n"
            f"{PLACE}, rule 1, input 1\n  count([?]) = 1\n        ^^^\nhint: write `cellInput` for `?`",
        ),
    ],
)
def test_a_cell_that_camunda_gets_wrong_warns(text, finding):
    """The place is the cell."""
    assert _found(_cell(text)) == [finding]


def test_more_than_ten_priorities_warn():
    """Camunda orders the positions as text."""
    listed = ", ".join(f'"{letter}"' for letter in "abcdefghijk")
    source = one_table(["a"], ["x"], [["-", '"a"']], policy="PRIORITY", camunda=True).replace(
        '<output name="x"/>', f'<output name="x"><outputValues><text>{listed}</text></outputValues></output>'
    )
    assert _found(source) == [
        f"warning: Camunda orders more than 10 output values wrongly; there are 11\n{PLACE}, output x"
    ]


CONDITIONAL = (
    f"<conditional><if>{literal('true')}</if><then>{literal('1')}</then><else>{literal('2')}</else></conditional>"
)
LOOP = f'<for iteratorVariable="x"><in>{literal("[1]")}</in><return>{literal("x")}</return></for>'
CALL = f'<invocation>{literal("abs")}<binding><parameter name="n"/><list>{literal("1")}</list></binding></invocation>'
SERVICE = '<decisionService id="s" name="service"><outputDecision href="#d_Route"/></decisionService>'
PLAIN = decision("Route", literal("1"))


@pytest.mark.parametrize(
    ("source", "finding"),
    [
        (
            definitions(decision("Route", CONDITIONAL), camunda=True),
            f"warning: Zeebe refuses a boxed conditional; write it in FEEL\n{PLACE}",
        ),
        (
            definitions(decision("Route", LOOP), camunda=True),
            f"warning: Zeebe refuses a boxed `for`; write it in FEEL\n{PLACE}",
        ),
        (
            definitions(decision("Route", CALL), camunda=True),
            f"warning: Zeebe refuses an invocation with a binding that is no literal expression\n{PLACE}",
        ),
        (
            definitions(PLAIN, SERVICE, camunda=True),
            "warning: Zeebe has no decision services\nclaims.dmn, decision `service`",
        ),
        (
            definitions(PLAIN, camunda=True, namespace="https://www.omg.org/spec/DMN/20240513/MODEL/"),
            "warning: Zeebe refuses files of DMN 1.6\nclaims.dmn\nhint: Camunda Modeler writes DMN 1.3",
        ),
        (
            definitions(PLAIN, camunda=True).replace(' id="m"', "", 1),
            "warning: Zeebe refuses a file whose `definitions` have no id\nclaims.dmn\n"
            'hint: give it one: `<definitions id="…">`',
        ),
        (
            definitions(input_data("n"), PLAIN.replace(' id="d_Route"', ""), camunda=True),
            f"warning: Zeebe refuses a decision without an id\n{PLACE}",
        ),
        (
            one_table(
                ["a"], ["x", "y"], [["-", "1", "2"]], policy="COLLECT", attributes=' aggregation="COUNT"', camunda=True
            ),
            f"warning: Zeebe refuses an aggregation of several output columns\n{PLACE}",
        ),
    ],
)
def test_what_zeebe_refuses_warns(source, finding):
    """It can be evaluated here, but not be deployed."""
    assert _found(source) == [finding]
