"""Verdicts and gaps of coverage as SARIF 2.1.0, which code reviews show beside the lines."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from dmnroute import __version__
from dmnroute.cases.coverage import TableCoverage
from dmnroute.cases.judging import Judged, Report
from dmnroute.cases.report_path import report_path
from dmnroute.dmn.model import DecisionTable
from dmnroute.dmn.places import input_column

RULES = {
    "broken-policy": "A table, or a file of its test cases, can't be read.",
    "failed-case": "A test case of a policy came out otherwise than expected.",
    "uncovered-rule": "No test case of the policy makes this rule match.",
    "uncovered-condition": "In the test cases of the policy this condition is always met, or never.",
}


def sarif(report: Report) -> dict[str, Any]:
    """The document: failed cases and broken files are errors, rules and conditions that no case covers are notes."""
    driver = {
        "name": "dmnroute",
        "version": __version__,
        "rules": [{"id": name, "shortDescription": {"text": text}} for name, text in RULES.items()],
    }
    results = [
        _result("broken-policy", "error", str(broken.error), {"physicalLocation": _location(broken.policy)})
        for broken in report.broken
    ]
    results += [result for each in report.judged for result in (*_failures(each), *_gaps(each))]
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "results": results}],
    }


def _failures(judged: Judged) -> Iterator[dict[str, Any]]:
    for verdict in judged.failed:
        text = "\n".join([f"{verdict.placed.case.name}:", *verdict.problems])
        location = _location(verdict.placed.file) | {"region": {"startLine": verdict.placed.line}}
        yield _result("failed-case", "error", text, {"physicalLocation": location})


def _gaps(judged: Judged) -> Iterator[dict[str, Any]]:
    """Rules that never match, and of the others the conditions that were seen one way only."""
    for table in judged.coverage.tables.values():
        for rule in table.uncovered_rules:
            name = f"{table.decision}, rule {rule}"
            location = _in_table(judged, table, rule, name)
            yield _result("uncovered-rule", "note", f"no test case makes {name} match", location)
        for rule, column in table.uncovered_conditions:
            if rule in table.matched:
                name = f"{table.decision}, rule {rule}, {input_column(column)}"
                seen = "always" if (rule, column) in table.met else "never"
                location = _in_table(judged, table, rule, name)
                yield _result("uncovered-condition", "note", f"in all test cases {name} is {seen} met", location)


def _in_table(judged: Judged, table: TableCoverage, rule: int, name: str) -> dict[str, Any]:
    """A rule's line in the file, and its name."""
    expression = judged.coverage.model.decision(table.decision).element.expression
    line = expression.rules[rule - 1].line if isinstance(expression, DecisionTable) else None
    physical = _location(judged.policy) | ({"region": {"startLine": line}} if line else {})
    return {"physicalLocation": physical, "logicalLocations": [{"fullyQualifiedName": name, "kind": "member"}]}


def _result(rule: str, level: str, text: str, location: dict[str, Any]) -> dict[str, Any]:
    return {"ruleId": rule, "level": level, "message": {"text": text}, "locations": [location]}


def _location(file: Path) -> dict[str, Any]:
    return {"artifactLocation": {"uri": quote(report_path(file))}}
