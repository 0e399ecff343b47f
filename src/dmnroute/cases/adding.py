"""Add a test case to a file in YAML; what is there stays as it is, comments included."""

from __future__ import annotations

import os
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from dmnroute.cases.placed import PlacedCase, placed_case
from dmnroute.cases.yaml_file import NUMBER, cases_of, list_of
from dmnroute.errors import TableError, UsageError

ENDINGS = (".tests.yaml", ".tests.yml")


def add_case(file: Path, case: Mapping[str, Any]) -> bool:
    """Append a case to a file of test cases, which is made where there is none; false when it is there already.

    Raises:
        UsageError: `not_yaml`, `same_name`, `cant_add`: the file is written in a way that nothing can be appended to.
        TableError: `bad_case`, the file can't be read.
    """
    if not file.name.endswith(ENDINGS):
        raise UsageError(f"`{file.name}` isn't named like a file of test cases in YAML", code="not_yaml", hint=_NAMED)
    before = file.read_text("utf-8") if file.exists() else ""
    placed = placed_case(case, file, 1)
    for there in cases_of(before, file):
        if there.case == placed.case:
            return False
        if there.case.name == placed.case.name:
            raise UsageError(
                f"`{file.name}` has another case named `{there.case.name}`",
                code="same_name",
                hint="`--name` gives it one",
            )
    after = _appended(before, case, file)
    if not _is_last(placed, after, file):
        raise UsageError(
            f"nothing can be added to `{file.name}` the way it is written",
            code="cant_add",
            hint="write its cases below `tests:`, each beginning with `- ` on a line of its own",
        )
    _write(file, after)
    return True


_NAMED = "the cases of `intake` are in `intake.tests.yaml`"


def _appended(before: str, case: Mapping[str, Any], file: Path) -> str:
    """The text with the case at its end, as far in as those that are there."""
    tests = list_of(before, file)
    column = 2
    if tests is None:
        before = f"{before.rstrip()}\ntests:".lstrip()
    elif not tests.value:  # `tests: []`
        before = before[: tests.start_mark.index].rstrip() + before[tests.end_mark.index :]
    else:
        column = tests.start_mark.column
    text = yaml.dump([case], Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)
    block = "".join(f"{' ' * column}{line}\n" if line else "\n" for line in text.split("\n")[:-1])
    return f"{before.rstrip()}\n{block}"


def _is_last(placed: PlacedCase, text: str, file: Path) -> bool:
    """Whether the text can be read, and ends with the very case."""
    try:
        return cases_of(text, file)[-1].case == placed.case
    except (TableError, IndexError):
        return False


def _write(file: Path, text: str) -> None:
    """Whoever is killed meanwhile leaves the file as it was."""
    beside = file.with_name(f".{file.name}.{os.getpid()}")
    beside.write_text(text, "utf-8")
    beside.replace(file)


class _Dumper(yaml.SafeDumper):
    """Numbers stay exact, and texts that look like numbers to our reader stay texts."""


_Dumper.add_implicit_resolver("!number", NUMBER, [*"-0123456789"])


def _decimal(dumper: yaml.SafeDumper, number: Decimal) -> yaml.ScalarNode:
    kind = "int" if number == number.to_integral_value() else "float"
    text = f"{number:f}" if kind == "float" else f"{int(number)}"
    return dumper.represent_scalar(f"tag:yaml.org,2002:{kind}", text)


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    """YAML breaks lines where nobody sees it, too, and folds them; written as escapes they stay."""
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"' if _UNSEEN & set(text) else None)


_UNSEEN = frozenset("\x85\u2028\u2029\ufeff")
_Dumper.add_representer(Decimal, _decimal)
_Dumper.add_representer(str, _text)
