"""What came of test cases, and which rules they cover."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from dmnroute.cases.coverage import TableCoverage
from dmnroute.cases.judging import Judged, Report
from dmnroute.cases.verdict import Verdict
from dmnroute.cli.errors import error_document
from dmnroute.cli.views.figures import count, indented


def cases_text(report: Report) -> str:
    """For people: each case on a line, what failed below it, then the coverage of the tables."""
    lines = [line for each in report.judged for line in (*_policy(each), "")]
    for broken in report.broken:
        lines += [broken.policy.stem, indented(f"error: {broken.error}", 2), ""]
    failed = sum(len(each.failed) for each in report.judged)
    total = sum(len(each.verdicts) for each in report.judged)
    untested = f"; not tested: {', '.join(each.policy.stem for each in report.broken)}" if report.broken else ""
    return "\n".join([*lines, f"{count(total, 'test case')}, {failed} failed{untested}"])


def _policy(judged: Judged) -> Iterator[str]:
    yield judged.policy.stem
    for verdict in judged.verdicts:
        yield from _verdict(verdict)
    yield "  coverage"
    for table in judged.coverage.tables.values():
        yield f"    {_coverage(table)}"


def _verdict(verdict: Verdict) -> Iterator[str]:
    if verdict.passed:
        yield f"  ✓ {verdict.placed.case.name}"
        return
    yield f"  ✗ {verdict.placed.case.name} ({verdict.placed.where})"
    for problem in verdict.problems:
        yield indented(problem, 6)


def _coverage(table: TableCoverage) -> str:
    rules, conditions = table.uncovered_rules, table.uncovered_conditions
    missing = f"; never matched: {_numbers(rules)}" if rules else ""
    return (
        f"{table.decision}: {table.rules - len(rules)} of {count(table.rules, 'rule')},"
        f" {len(table.conditions) - len(conditions)} of {count(len(table.conditions), 'condition')}{missing}"
    )


def _numbers(rules: Sequence[int]) -> str:
    """``1, 3-5``"""
    parts: list[list[int]] = []
    for rule in rules:
        if parts and rule == parts[-1][-1] + 1:
            parts[-1].append(rule)
        else:
            parts.append([rule])
    return ", ".join(str(part[0]) if len(part) == 1 else f"{part[0]}-{part[-1]}" for part in parts)


def cases_document(report: Report) -> list[dict[str, Any]]:
    """For programs; a policy that is broken has its error, and no cases."""
    broken = [{"policy": each.policy.stem, **error_document(each.error)} for each in report.broken]
    return broken + [
        {
            "policy": each.policy.stem,
            "cases": [
                {
                    "name": verdict.placed.case.name,
                    "file": str(verdict.placed.file),
                    "line": verdict.placed.line,
                    "passed": verdict.passed,
                    "problems": list(verdict.problems),
                }
                for verdict in each.verdicts
            ],
            "coverage": {
                table.decision: {
                    "rules": table.rules,
                    "uncovered_rules": list(table.uncovered_rules),
                    "conditions": len(table.conditions),
                    "uncovered_conditions": [
                        {"rule": rule, "input": column} for rule, column in table.uncovered_conditions
                    ],
                }
                for table in each.coverage.tables.values()
            },
            "covered": each.coverage.share(),
        }
        for each in report.judged
    ]
