"""Read the test cases of the OMG DMN TCK, and compare values as its runners do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from lxml import etree

from dmnroute.feel.values import Value
from dmnroute.feel.values.iso import temporal_of_text

_TCK = "{http://www.omg.org/spec/DMN/20160719/testcase}"
_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
_TOLERANCE = Decimal("0.00000001")


@dataclass(frozen=True)
class Expected:
    """A result node: what to evaluate, and its value; an error is met by null or an exception."""

    target: str
    node: str
    node_type: str
    value: Value
    error: bool


@dataclass(frozen=True)
class Case:
    """A test case of a model."""

    model: Path
    id: str
    inputs: dict[str, Value]
    expected: tuple[Expected, ...]


def cases(root: Path) -> Iterator[Case]:
    """All cases below a folder."""
    for path in sorted(root.rglob("*-test-*.xml")):
        file = etree.parse(path).getroot()
        model = path.parent / (file.findtext(f"{_TCK}modelName") or "").strip()
        for case in file.iterfind(f"{_TCK}testCase"):
            inputs = {node.get("name"): _value(node) for node in case.iterfind(f"{_TCK}inputNode")}
            yield Case(model, case.get("id"), inputs, tuple(_expected(case)))


def _expected(case: etree._Element) -> Iterator[Expected]:
    for node in case.iterfind(f"{_TCK}resultNode"):
        node_type = case.get("type") or "decision"
        name = node.get("name")
        target = name if node_type == "decision" else case.get("invocableName") or name
        holder = node.find(f"{_TCK}expected")
        value = None if holder is None else _value(holder)
        yield Expected(target, name, node_type, value, node.get("errorResult") in ("true", "1"))


def _value(element: etree._Element) -> Value:
    """The value of an element that holds a value, a list or components."""
    children = [
        child for child in element if isinstance(child.tag, str) and not child.tag.endswith("}extensionElements")
    ]
    if not children or _is_nil(children[0]):
        return {
            child.get("name"): None if _is_nil(child) else _value(child) for child in children if child.get("name")
        } or None
    first = children[0]
    if first.tag == f"{_TCK}list":
        return [_value(item) for item in first.iterfind(f"{_TCK}item")]
    if first.tag == f"{_TCK}component":
        return {child.get("name"): None if _is_nil(child) else _value(child) for child in children}
    return _simple(first)


def _is_nil(element: etree._Element) -> bool:
    return element.get(f"{_XSI}nil") in ("true", "1")


def _simple(element: etree._Element) -> Value:
    kind = (element.get(f"{_XSI}type") or "").split(":")[-1]
    text = "".join(element.itertext())
    bare = text.strip()
    if kind == "string":
        return text
    if kind == "boolean" or (not kind and bare in ("true", "false")):
        return bare in ("true", "1")
    if kind in ("decimal", "double"):
        return Decimal(bare)
    if not kind and not bare:
        return None  # `<value/>` says nothing: the TCK's own runners read it as null
    if not kind:
        try:
            return Decimal(bare)
        except ArithmeticError:
            return temporal_of_text(bare) or text
    return temporal_of_text(bare)


def same(expected: Value, actual: Value) -> bool:
    """The TCK's equality: numbers within a tolerance, everything else exactly."""
    if isinstance(expected, Decimal) and isinstance(actual, Decimal):
        return abs(expected - actual) < _TOLERANCE
    if type(expected) is not type(actual):
        return False
    if isinstance(expected, list) and isinstance(actual, list):
        return len(expected) == len(actual) and all(map(same, expected, actual))
    if isinstance(expected, dict) and isinstance(actual, dict):
        return expected.keys() == actual.keys() and all(same(expected[key], actual[key]) for key in expected)
    return expected == actual
