"""Verdicts as JUnit XML, which CI servers read."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from dmnroute.cases.judging import Judged, Report
from dmnroute.cases.report_path import report_path

_NO_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML can't hold, not even as an escape."""


def junit(report: Report) -> str:
    """A suite for each policy, a case for each test case; a policy that is broken has one case, which is an error."""
    root = Element("testsuites", name="dmnroute")
    for broken in report.broken:
        suite = _suite(root, broken.policy, tests=1, errors=1)
        case = SubElement(suite, "testcase", name="can be read", classname=broken.policy.stem)
        error = SubElement(case, "error", message=broken.error.message)
        error.text = str(broken.error)
    for each in report.judged:
        suite = _suite(root, each.policy, tests=len(each.verdicts), failures=len(each.failed))
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


def _suite(root: Element, policy: Path, **counts: int) -> Element:
    suite = SubElement(root, "testsuite", name=policy.stem)
    for name in ("tests", "failures", "errors"):
        suite.set(name, str(counts.get(name, 0)))
    return suite


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
