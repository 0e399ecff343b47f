"""Test cases of policies: what they say, and how they are judged."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest
from tests.cases.conftest import REGISTRY

from dmnroute.cases.case import DecisionCase
from dmnroute.cases.judging import Judged, judge_policy
from dmnroute.cases.reading import case_files, read_cases
from dmnroute.errors import TableError


async def judged(policy: Path, text: str, ending: str = ".tests.yaml") -> Judged:
    policy.with_name(policy.stem + ending).write_text(text)
    return await judge_policy(policy, REGISTRY)


def problems(found: Judged) -> dict[str, tuple[str, ...]]:
    return {verdict.placed.case.name: verdict.problems for verdict in found.verdicts}


async def test_a_decision_is_judged_by_value_and_rules(policy: Path) -> None:
    """Of a context only the entries that are named count; what isn't given is as at the start of a run."""
    found = await judged(
        policy,
        """
tests:
  - {name: starts, expect: {agent: read}, rules: [1]}
  - {name: reads again, given: {last: {status: ok, confidence: 0.89}}, expect: {agent: read, dpi: 600}}
  - {name: grades, decision: Quality, given: {last: {confidence: 0.9}}, expect: good}
  - {name: wrong, given: {last: {status: ok, confidence: 0.95}}, expect: {agent: read, action: null}, rules: [2, 3]}
""",
    )
    assert problems(found) == {
        "starts": (),
        "reads again": (),
        "grades": (),
        "wrong": (
            "expected rules 2, 3, found rule 3",
            'agent: expected "read", found null',
            'action: expected null, found "complete"',
        ),
    }
    assert [verdict.placed.where for verdict in found.failed] == ["intake.tests.yaml:6"]


async def test_numbers_are_exact_and_no_booleans(policy: Path) -> None:
    """0.1 + 0.2 is 0.3, true isn't 1, `yes` and dates are texts."""
    found = await judged(
        policy,
        """
tests:
  - {name: exact, decision: Quality, given: {last: {confidence: 0.8999999999999999999999999999}}, expect: poor}
  - {name: number, expect: {dpi: 300.0}}
  - {name: boolean, expect: {dpi: true}}
  - {name: text, expect: {agent: yes}}
""",
    )
    assert problems(found) == {
        "exact": (),
        "number": (),
        "boolean": ("dpi: expected true, found 300",),
        "text": ('agent: expected "yes", found "read"',),
    }


async def test_a_run_follows_the_script(policy: Path) -> None:
    """The agents answer as the script says, the last answer again and again; everything else is real."""
    found = await judged(
        policy,
        """
tests:
  - name: sharper
    run:
      input: {path: b.pdf}
      agents:
        read: [{output: {text: x}, confidence: 0.5}, {output: {text: y}, confidence: 0.95}]
    expect: {status: completed, route: [read, read, complete], result: {text: y}}
  - name: otherwise
    run: {agents: {read: {output: {text: x}, confidence: 0.95}}}
    expect: {status: failed, route: [read, read], result: {text: z}}
""",
    )
    assert problems(found) == {
        "sharper": (),
        "otherwise": (
            "status: expected failed, found completed",
            "route: expected read → read, found read → complete",
            'result.text: expected "z", found "x"',
        ),
    }


async def test_a_call_that_the_script_does_not_know_is_told(policy: Path) -> None:
    """What comes after it says nothing about the policy."""
    found = await judged(policy, "tests: [{name: n, run: {}, expect: {route: [read]}}]")
    assert problems(found)["n"][0] == "step 1.1: the script has no answer of `read`"


async def test_errors_can_be_expected(policy: Path) -> None:
    """By their code; one that isn't expected is shown whole."""
    found = await judged(
        policy,
        """
tests:
  - {name: bad, decision: Nowhere, expect: 1}
  - {name: none, error: no_match}
  - {name: guess, run: {agents: {raed: {output: {}}}}, expect: {status: completed}}
""",
    )
    assert problems(found) == {
        "bad": ("no decision `Nowhere`\nintake.dmn\nhint: the file has `Quality`, `Route`",),
        "none": ('expected the error `no_match`, found {"action":null,"agent":"read","dpi":300}',),
        "guess": ("the script speaks of agent `raed`, which isn't loaded; did you mean `read`?",),
    }


async def test_coverage_counts_rules_and_conditions(policy: Path) -> None:
    """A rule counts when it is taken; a condition when it was seen met and not met. `-` is no condition."""
    found = await judged(policy, "tests: [{name: starts, expect: {agent: read}}]")
    quality, route = found.coverage.tables["Quality"], found.coverage.tables["Route"]
    assert (quality.uncovered_rules, route.uncovered_rules) == ((1, 2), (2, 3))
    assert route.conditions == {(1, 1), (2, 2), (3, 2)}
    assert route.uncovered_conditions == ((1, 1), (2, 2), (3, 2))
    assert found.coverage.share() == Decimal(2) / 6


async def test_a_table_of_cases_is_one_case_a_row(policy: Path) -> None:
    """Inputs by their paths; cells are JSON where they are JSON; empty ones say nothing."""
    found = await judged(
        policy,
        "name,decision,last.status,last.confidence,expect.agent,expect.dpi,rules,expect\n"
        "starts,,,,read,300,1,\n"
        "poor,,ok,0.2,read,600,2,\n"
        "wrong,,ok,0.95,read,,3,\n"
        "grade,Quality,,0.9,,,,good\n",
        ".tests.csv",
    )
    assert problems(found) == {
        "starts": (),
        "poor": (),
        "wrong": ('agent: expected "read", found null',),
        "grade": (),
    }
    assert [verdict.placed.line for verdict in found.verdicts] == [2, 3, 4, 5]


async def test_a_workbook_is_read_like_a_table(policy: Path) -> None:
    """The first sheet; numbers stay numbers."""
    from openpyxl import Workbook

    workbook = Workbook()
    workbook.active.append(["name", "last.status", "last.confidence", "expect.agent", "rules"])
    workbook.active.append(["poor", "ok", 0.2, "read", 2])
    workbook.active.append([None, None])
    workbook.active.append(["good", "ok", 0.1 + 0.2 + 0.65, "read", "3"])
    workbook.save(policy.with_name("intake.tests.xlsx"))
    found = await judge_policy(policy, REGISTRY)
    assert problems(found) == {"poor": (), "good": ('agent: expected "read", found null',)}
    assert [verdict.placed.line for verdict in found.verdicts] == [2, 4]


BAD = {
    "tests: [{name: a}]": "say what is expected: `expect`, `rules` or `error`\nintake.tests.yaml:1",
    "tests: [{name: a, expected: 1}]": (
        "unknown entry `expected`; did you mean `expect`?\nintake.tests.yaml:1\n"
        "hint: a case has `name`, `decision`, `given`, `expect`, `rules`, `error`"
    ),
    "tests:\n  - {name: a, expect: 1}\n  - {name: a, expect: 1}": "2 cases are named `a`\nintake.tests.yaml:2",
    "cases: []": "the file must have `tests`, a list of cases, and nothing else\nintake.tests.yaml:1",
    "tests:\n  - 7": "a case is a mapping with `name` and what is expected\nintake.tests.yaml:2",
    "tests:\n  - [": "this is no YAML: expected the node content, but found '<stream end>'\nintake.tests.yaml:2",
    "tests: [{name: a, run: {agents: {read: {}}}, expect: {status: completed}}]": (
        "run.agents.read: an agent answers with either `output` or `error`\nintake.tests.yaml:1"
    ),
    "tests: [{name: a, run: {}, expect: {}}]": (
        "say what is expected: `status`, `route` or `result`\nintake.tests.yaml:1"
    ),
}


@pytest.mark.parametrize("text", BAD, ids=range(len(BAD)))
async def test_a_case_that_can_not_be_understood_is_an_error_with_its_line(policy: Path, text: str) -> None:
    """Word for word."""
    with pytest.raises(TableError) as caught:
        await judged(policy, text)
    assert str(caught.value) == BAD[text]


BAD_SHEETS = {
    "name,expect\na,1,2\n": "the row has more cells than there are columns\nintake.tests.csv:2",
    "name,,expect\na,note,1\n": "cell 2 is in a column without a name\nintake.tests.csv:2",
    "name,name,expect\na,b,1\n": "2 columns are named `name`\nintake.tests.csv:1",
    "name,expect\n": "there is no test case in it\nintake.tests.csv:1",
    "": "there is no test case in it\nintake.tests.csv:1",
}


@pytest.mark.parametrize("text", BAD_SHEETS, ids=range(len(BAD_SHEETS)))
async def test_nothing_of_a_sheet_is_passed_over(text: str, policy: Path) -> None:
    """A comma too many would move every value; a sheet without a case would never fail."""
    with pytest.raises(TableError) as caught:
        await judged(policy, text, ".tests.csv")
    assert str(caught.value) == BAD_SHEETS[text]


@pytest.mark.parametrize("separator", [";", "\t"])
async def test_spreadsheets_write_csv_in_their_own_way(separator: str, policy: Path) -> None:
    """With semicolons or tabs, decimals with a comma, a mark of the encoding, and columns too many."""
    rows = (["name", "last.status", "last.confidence", "rules", "", ""], ["poor", "ok", "0,2", "2", "", ""])
    text = "\ufeff" + "\r\n".join(separator.join(row) for row in rows)
    found = await judged(policy, text + "\r\n" + separator * 5 + "\r\n", ".tests.csv")
    assert problems(found) == {"poor": ()}


async def test_a_day_in_a_workbook_is_a_day(policy: Path) -> None:
    """Facts are JSON, so it is the text of the date; with a time of day, that of the moment."""
    from openpyxl import Workbook

    workbook = Workbook()
    workbook.active.append(["name", "facts.day", "facts.at", "expect"])
    workbook.active.append(["a", datetime(2026, 7, 1), datetime(2026, 7, 1, 12, 30), "nothing"])  # noqa: DTZ001 - as it comes
    workbook.save(policy.with_name("intake.tests.xlsx"))
    [placed] = read_cases(case_files(policy))
    assert isinstance(placed.case, DecisionCase)
    assert placed.case.given == {"facts": {"day": "2026-07-01", "at": "2026-07-01T12:30:00"}}


async def test_a_file_that_is_no_workbook_is_an_error(policy: Path) -> None:
    """As when a CSV file was given the other's name."""
    policy.with_name("intake.tests.xlsx").write_text("name,expect\n")
    with pytest.raises(TableError) as caught:
        await judge_policy(policy, REGISTRY)
    assert str(caught.value) == "this is no workbook\nintake.tests.xlsx:1\nhint: save it as .xlsx"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("last: {statu: ok}", "unknown input `last.statu`; did you mean `last.status`?"),
        ("lst: {status: ok}", "unknown input `lst`; did you mean `last`?"),
        (
            "steps: {read: {confidenc: 1}}",
            "unknown input `steps.read.confidenc`; did you mean `steps.read.confidence`?",
        ),
        ("last: {outcomes: [{agnt: read}]}", "unknown input `last.outcomes.agnt`; did you mean `last.outcomes.agent`?"),
        ("Quality: good", "unknown input `Quality`"),
    ],
)
async def test_an_input_that_no_table_can_read_is_named(given: str, message: str, policy: Path) -> None:
    """Passed over, it would leave the case to test something else."""
    found = await judged(policy, f"tests: [{{name: a, given: {{{given}}}, rules: [1]}}]")
    assert problems(found) == {"a": (message,)}


async def test_a_script_that_is_wrong_is_no_agent_that_fails(policy: Path) -> None:
    """What an agent can't return it can't answer."""
    found = await judged(
        policy, "tests: [{name: a, run: {agents: {read: {output: {txt: x}}}}, expect: {status: failed}}]"
    )
    [problem] = problems(found)["a"]
    assert problem.startswith("the script lets `read` answer what it can't return: text: field required")
