"""Verdicts as JUnit XML, which CI servers read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from dmnroute.cases.judging import Judged
from dmnroute.cases.report_path import report_path

_NO_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML can't hold, not even as an escape."""


def junit(judged: Sequence[Judged]) -> str:
    """A suite for each policy, a case for each test case."""
    root = Element("testsuites", name="dmnroute")
    for each in judged:
        suite = SubElement(
            root,
            "testsuite",
            name=each.policy.stem,
            tests=str(len(each.verdicts)),
            failures=str(len(each.failed)),
            errors="0",
        )
        _add_coverage(suite, each)
        for verdict in each.verdicts:
            placed = verdict.placed
            case = SubElement(
                suite,
                "testcase",
                name=placed.case.name,
                classname=each.policy.stem,
                file=report_path(placed.file),
                line=str(placed.line),
            )
            if not verdict.passed:
                failure = SubElement(case, "failure", message=verdict.problems[0].partition("\n")[0])
                failure.text = "\n".join(verdict.problems)
    indent(root)
    text = _NO_XML.sub("\ufffd", tostring(root, encoding="unicode"))
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'


def _add_coverage(suite: Element, judged: Judged) -> None:
    """As properties, for each table: `coverage.Route.rules` is `4/5`."""
    properties = SubElement(suite, "properties")
    for name, table in judged.coverage.tables.items():
        counts = {
            "rules": (len(table.matched), table.rules),
            "conditions": (len(table.conditions) - len(table.uncovered_conditions), len(table.conditions)),
        }
        for what, (seen, all_of_them) in counts.items():
            SubElement(properties, "property", name=f"coverage.{name}.{what}", value=f"{seen}/{all_of_them}")
