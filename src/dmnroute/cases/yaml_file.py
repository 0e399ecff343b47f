"""Test cases in YAML: `tests`, a list of cases.

Scalars are as in JSON: `yes` and dates are texts, numbers are exact.
"""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from dmnroute.cases.placed import PlacedCase, bad_case, placed_case


class _Loader(yaml.SafeLoader):
    """YAML with JSON's scalars."""


_Loader.yaml_implicit_resolvers = {}
NUMBER = re.compile(r"^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$")
_Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(?:~|null|)$"), ["~", "n", ""])
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), ["t", "f"])
_Loader.add_implicit_resolver("!number", NUMBER, [*"-0123456789"])


def _number(_: yaml.SafeLoader, node: yaml.ScalarNode) -> int | Decimal:
    text = str(node.value)
    return int(text) if re.fullmatch(r"-?\d{1,300}", text) else Decimal(text)


_Loader.add_constructor("!number", _number)


def read_yaml(file: Path) -> list[PlacedCase]:
    """The cases of a file, in its order. Raises TableError `bad_case`, with the line."""
    return cases_of(file.read_text("utf-8"), file)


def cases_of(text: str, file: Path) -> list[PlacedCase]:
    """The cases of a text, which is that of a file. Raises TableError `bad_case`, with the line."""
    tests = list_of(text, file)
    if tests is None:
        return []
    return [placed_case(_entries(entry, file), file, entry.start_mark.line + 1) for entry in tests.value]


def list_of(text: str, file: Path) -> yaml.SequenceNode | None:
    """The list under `tests`, with its place; null when the text says nothing. Raises TableError `bad_case`."""
    try:
        node = yaml.compose(text, _Loader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise bad_case(f"this is no YAML: {error.problem}", file, line) from error
    if node is None:
        return None
    tests = _tests(node)
    if tests is None:
        raise bad_case("the file must have `tests`, a list of cases, and nothing else", file, 1)
    return tests


def _tests(node: yaml.Node) -> yaml.SequenceNode | None:
    """The list under `tests`, which is all that the file has."""
    if not isinstance(node, yaml.MappingNode) or len(node.value) != 1:
        return None
    [(key, value)] = node.value
    return value if key.value == "tests" and isinstance(value, yaml.SequenceNode) else None


def _entries(node: yaml.Node, file: Path) -> dict[str, Any]:
    line = node.start_mark.line + 1
    try:
        value = _Loader("").construct_document(node)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        raise bad_case(f"{error.problem}", file, mark.line + 1 if mark else line) from error
    if isinstance(value, dict):
        return value
    raise bad_case("a case is a mapping with `name` and what is expected", file, line)
