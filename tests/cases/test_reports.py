"""`dmnroute policy test` and `record`: reports, and cases from what was decided."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

from tests.cli.conftest import Bench, Cli, _undisturbed, bench, cli
from tests.support.tables import route

__all__ = ["_undisturbed", "bench", "cli"]

TABLE = route(
    ["last.status", "last.confidence"],
    ["agent", "action"],
    [['"start"', "-", '"greet"', "null"], ['"ok"', ">= 0.9", "null", '"complete"'], ["-", "-", "null", '"fail"']],
)
CASES = """
tests:
  - name: starts
    expect: {agent: greet}
  - name: ends
    given: {last: {status: ok, confidence: 0.5}}
    expect: {action: complete}
"""


def _policy(bench: Bench) -> None:
    (bench.root / "dmn" / "p.dmn").write_text(TABLE)
    (bench.root / "dmn" / "p.tests.yaml").write_text(CASES)


def test_cases_are_told_with_the_coverage(bench: Bench, cli: Cli) -> None:
    """What failed below its case; rules that never matched by number; the exit code is 1."""
    _policy(bench)
    said = cli("policy", "test")
    assert said.code == 1
    assert said.out == (
        "p\n"
        "  ✓ starts\n"
        "  ✗ ends (p.tests.yaml:5)\n"
        '      action: expected "complete", found "fail"\n'
        "  coverage\n"
        "    Route: 2 of 3 rules, 2 of 3 conditions; never matched: 2\n"
        "\n"
        "2 test cases, 1 failed\n"
    )
    [found] = cli("policy", "test", "dmn/p.tests.yaml", "--json").json
    assert [case["passed"] for case in found["cases"]] == [True, False]
    assert found["coverage"]["Route"]["uncovered_conditions"] == [{"rule": 2, "input": 2}]


def test_reports_for_ci_and_for_reviews(bench: Bench, cli: Cli) -> None:
    """JUnit names file and line; SARIF has failed cases as errors and gaps as notes."""
    _policy(bench)
    cli("policy", "test", "dmn/p.dmn", "--junit", "junit.xml", "--sarif", "sarif.json")
    suite = ElementTree.parse(bench.root / "junit.xml").getroot()[0]
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    properties, *cases = suite
    assert [(case.get("name"), case.get("line"), len(case)) for case in cases] == [("starts", "3", 0), ("ends", "5", 1)]
    assert {case.get("file") for case in cases} == {"dmn/p.tests.yaml"}
    assert {each.get("name"): each.get("value") for each in properties} == {
        "coverage.Route.rules": "2/3",
        "coverage.Route.conditions": "2/3",
    }
    [run] = json.loads((bench.root / "sarif.json").read_text())["runs"]
    assert [(each["ruleId"], each["level"], each["message"]["text"]) for each in run["results"]] == [
        ("failed-case", "error", 'ends:\naction: expected "complete", found "fail"'),
        ("uncovered-rule", "note", "no test case makes Route, rule 2 match"),
    ]
    [failed, gap] = [each["locations"][0]["physicalLocation"] for each in run["results"]]
    assert (failed["artifactLocation"]["uri"], failed["region"]) == ("dmn/p.tests.yaml", {"startLine": 5})
    assert gap["artifactLocation"]["uri"] == "dmn/p.dmn"
    assert '<rule id="Route_rule2"' in TABLE.splitlines()[gap["region"]["startLine"] - 1]


def test_a_policy_that_cant_be_read_keeps_nobody_from_the_others(bench: Bench, cli: Cli) -> None:
    """Its error is in every report, and the exit code is 1."""
    _policy(bench)
    (bench.root / "dmn" / "bad.dmn").write_text(TABLE)
    (bench.root / "dmn" / "bad.tests.yaml").write_text("tests:\n  - nam: starts\n")
    (bench.root / "dmn" / "p.tests.yaml").write_text(CASES.replace("0.5", "0.9"))
    said = cli("policy", "test", "--junit", "junit.xml", "--sarif", "sarif.json")
    assert said.code == 1
    assert said.out.endswith(
        "bad\n"
        "  error: unknown entry `nam`; did you mean `name`?\n"
        "  bad.tests.yaml:2\n"
        "  hint: a case has `name`, `decision`, `given`, `expect`, `rules`, `error`\n"
        "\n"
        "2 test cases, 0 failed; not tested: bad\n"
    )
    bad, good = ElementTree.parse(bench.root / "junit.xml").getroot()
    assert [(suite.get("name"), suite.get("tests"), suite.get("errors")) for suite in (bad, good)] == [
        ("bad", "1", "1"),
        ("p", "2", "0"),
    ]
    assert [error.get("message") for error in bad.iter("error")] == ["unknown entry `nam`; did you mean `name`?"]
    result = json.loads((bench.root / "sarif.json").read_text())["runs"][0]["results"][0]
    assert (result["ruleId"], result["level"]) == ("broken-policy", "error")
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "dmn/bad.dmn"
    told = cli("policy", "test", "--json").json
    assert (told[0]["policy"], told[0]["error"]["code"], told[1]["policy"]) == ("bad", "bad_case", "p")


def test_reports_name_conditions_seen_one_way_only(bench: Bench, cli: Cli) -> None:
    """Of rules that do match; and no text breaks the XML."""
    _policy(bench)
    (bench.root / "dmn" / "p.tests.yaml").write_text('tests: [{name: "a\\x1b", expect: {agent: greet}}]')
    cli("policy", "test", "--junit", "junit.xml", "--sarif", "sarif.json")
    assert [case.get("name") for case in ElementTree.parse(bench.root / "junit.xml").iter("testcase")] == ["a\ufffd"]
    [run] = json.loads((bench.root / "sarif.json").read_text())["runs"]
    assert "in all test cases Route, rule 1, input 1 is always met" in [
        each["message"]["text"] for each in run["results"] if each["ruleId"] == "uncovered-condition"
    ]


def test_too_little_coverage_fails(bench: Bench, cli: Cli) -> None:
    """Where somebody asks for more."""
    _policy(bench)
    (bench.root / "dmn" / "p.tests.yaml").write_text("tests: [{name: starts, expect: {agent: greet}}]")
    assert cli("policy", "test", "--min-coverage", "0.3").code == 0
    said = cli("policy", "test", "--min-coverage", "0.5")
    assert (said.code, said.err) == (1, "error: 33% of the rules of p are covered\n")


def test_a_recorded_decision_becomes_a_case(bench: Bench, cli: Cli) -> None:
    """What its tables read goes in, what came out is expected; comments and cases that are there stay."""
    _policy(bench)
    cli("run", "p", "--run-id", "r1")
    said = cli("policy", "record", "r1", "2", "--name", "a greeting ends the run")
    file = Path("dmn") / "p.tests.yaml"
    assert said.out == f"added `a greeting ends the run` to {bench.root / file}\n"
    assert (bench.root / file).read_text() == CASES + (
        "  - name: a greeting ends the run\n"
        "    given:\n"
        "      last:\n"
        "        confidence: 0.9\n"
        "        status: ok\n"
        "    expect:\n"
        "      action: complete\n"
        "    rules:\n"
        "    - 2\n"
    )
    assert "  ✓ a greeting ends the run" in cli("policy", "test").out.splitlines()
    said = cli("policy", "record", "r1", "2", "--name", "a greeting ends the run")
    assert said.out == f"`a greeting ends the run` is in {bench.root / file} already\n"
    assert cli("policy", "record", "r1", "2", "--file", "new.tests.yaml", "--json").json == {
        "file": "new.tests.yaml",
        "name": "r1, hop 2",
        "added": True,
    }


def test_no_cases_is_wrong_use(bench: Bench, cli: Cli) -> None:
    """With where they would be."""
    bench.save("hello", {"action": '"complete"'})
    said = cli("policy", "test")
    assert (said.code, said.err) == (
        2,
        "error: no test cases for the tables in `dmn`\n"
        "hint: the cases of `intake.dmn` are in `intake.tests.yaml` beside it; `dmnroute policy record` makes some\n",
    )
    assert cli("policy", "test", "dmn/hello.dmn").code == 2
    assert cli("policy", "test", "cases.txt").err == (
        "error: `cases.txt` isn't named like a file of test cases\n"
        "hint: the cases of `intake` are in `intake.tests.yaml`, `intake.tests.yml`, `intake.tests.csv`,"
        " `intake.tests.xlsx`\n"
    )
