"""Verdicts as JUnit XML, which CI servers read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from dmnroute.cases.judging import Judged

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
        for verdict in each.verdicts:
            placed = verdict.placed
            case = SubElement(
                suite,
                "testcase",
                name=placed.case.name,
                classname=each.policy.stem,
                file=placed.file.as_posix(),
                line=str(placed.line),
            )
            if not verdict.passed:
                failure = SubElement(case, "failure", message=verdict.problems[0].partition("\n")[0])
                failure.text = "\n".join(verdict.problems)
    indent(root)
    text = _NO_XML.sub("\ufffd", tostring(root, encoding="unicode"))
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'
