"""Verdicts and gaps of coverage as SARIF 2.1.0, which code reviews show beside the lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from dmnroute import __version__
from dmnroute.cases.judging import Judged

RULES = {
    "failed-case": "A test case of a policy came out otherwise than expected.",
    "uncovered-rule": "No test case of the policy makes this rule match.",
}


def sarif(judged: Sequence[Judged]) -> dict[str, Any]:
    """The document: failed cases are errors, rules that no case covers are notes."""
    driver = {
        "name": "dmnroute",
        "version": __version__,
        "rules": [{"id": name, "shortDescription": {"text": text}} for name, text in RULES.items()],
    }
    results = [result for each in judged for result in (*_failures(each), *_gaps(each))]
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
    for table in judged.coverage.tables.values():
        for rule in table.uncovered_rules:
            name = f"{table.decision}, rule {rule}"
            logical = [{"fullyQualifiedName": name, "kind": "member"}]
            location = {"physicalLocation": _location(judged.policy), "logicalLocations": logical}
            yield _result("uncovered-rule", "note", f"no test case makes {name} match", location)


def _result(rule: str, level: str, text: str, location: dict[str, Any]) -> dict[str, Any]:
    return {"ruleId": rule, "level": level, "message": {"text": text}, "locations": [location]}


def _location(file: Path) -> dict[str, Any]:
    return {"artifactLocation": {"uri": file.as_posix()}}
