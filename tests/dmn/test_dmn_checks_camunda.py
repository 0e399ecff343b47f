"""What a check says about a file for Camunda 8: what goes wrong there, and what Zeebe refuses."""

from __future__ import annotations

import pytest
from tests.differential.explained import EXPLAINED
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
        (
            "{a: 1} in [{a: 1}]",
            f"warning: Camunda never finds a context in a list\n{PLACE}\n  {{a: 1}} in [{{a: 1}}]\n"
            "  ^^^^^^^^^^^^^^^^^^\nhint: compare by a key: `some x in list satisfies x.key = value`",
        ),
        (
            "sqrt(n)",
            f"warning: Camunda computes `sqrt` in binary, to 16 digits\n{PLACE}\n  sqrt(n)\n  ^^^^^^^",
        ),
        (
            "n ** 0.5",
            f"warning: Camunda computes powers with a fraction in binary, to 16 digits\n{PLACE}\n"
            "  n ** 0.5\n  ^^^^^^^^",
        ),
        (
            'string(@"PT0.5S")',
            "warning: Camunda loses the fraction of a second in the text of a duration\n"
            f'{PLACE}\n  string(@"PT0.5S")\n  ^^^^^^^^^^^^^^^^^',
        ),
        (
            'time("10:00:00Z") - @"11:00:00Z"',
            "warning: Camunda loses the sign of a difference of zoned times\n"
            f'{PLACE}\n  time("10:00:00Z") - @"11:00:00Z"\n  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^',
        ),
        (
            'time(@"2022-07-07T00:46:45@Europe/Berlin")',
            "warning: Camunda keeps the offset of the day in a time that is taken out of it\n"
            f'{PLACE}\n  time(@"2022-07-07T00:46:45@Europe/Berlin")\n  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^',
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
        "n in [1, 2]",
        "{a: 1} = {a: 1}",
        '@"10:00:00" - @"11:00:00"',
        'string(@"PT1S")',
        'time(@"2022-07-07T00:46:45+02:00")',
        "n ** 2",
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


WRONG = [(each.name, text) for each in EXPLAINED if each.why == "broken" for text in each.examples]


@pytest.mark.parametrize(("name", "text"), WRONG)
def test_all_that_camunda_gets_wrong_warns_where_the_text_shows_it(name, text):
    """Every example of the list of differences; see `tests/differential/explained.py`."""
    if text.startswith("? "):
        source = _cell(text.partition("|")[2].strip())
    else:
        source = definitions(decision("Route", literal(text)), camunda=True)
    assert [finding.code for finding in check(source) if finding.code != "unknown_name"] == ["camunda_wrong"]


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


def test_an_import_warns():
    """Also where it can be found."""
    source = definitions('<import namespace="rates" name="rates"/>', PLAIN, camunda=True)
    found = check(source, name="claims.dmn", resolver=lambda _: definitions(model="rates").encode())
    assert [str(finding) for finding in found] == [
        "warning: Zeebe refuses the import of `rates`\nclaims.dmn\nhint: Camunda 8 has no imports"
    ]
