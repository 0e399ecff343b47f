"""Find and read the files of test cases that belong to a policy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from dmnroute.cases.placed import PlacedCase, bad_case
from dmnroute.cases.table_file import read_csv, read_xlsx
from dmnroute.cases.yaml_file import read_yaml
from dmnroute.errors import OperatorError, UsageError

READERS: Mapping[str, Callable[[Path], list[PlacedCase]]] = {
    ".tests.yaml": read_yaml,
    ".tests.yml": read_yaml,
    ".tests.csv": read_csv,
    ".tests.xlsx": read_xlsx,
}
"""`dmn/intake.dmn` has its cases in `dmn/intake.tests.yaml`, `dmn/intake.tests.csv`, and so on."""


def case_files(policy: Path) -> list[Path]:
    """The files of test cases beside a policy."""
    files = (policy.with_name(policy.stem + ending) for ending in READERS)
    return [file for file in files if file.is_file()]


def policy_of(file: Path) -> Path:
    """The policy that a file of test cases belongs to. Raises UsageError, when it isn't named like one."""
    for ending in READERS:
        if file.name.endswith(ending):
            return file.with_name(file.name.removesuffix(ending) + ".dmn")
    endings = ", ".join(f"`intake{ending}`" for ending in READERS)
    raise UsageError(
        f"`{file.name}` isn't named like a file of test cases", hint=f"the cases of `intake` are in {endings}"
    )


def read_cases(files: Sequence[Path]) -> list[PlacedCase]:
    """All cases of the files, in order.

    Raises:
        TableError: `bad_case`, also for two cases of one name.
        OperatorError: `unreadable_cases`.
    """
    found: list[PlacedCase] = []
    for file in files:
        try:
            cases = READERS[next(ending for ending in READERS if file.name.endswith(ending))](file)
        except (OSError, UnicodeDecodeError) as error:
            raise OperatorError(f"`{file.name}` can't be read: {error}", code="unreadable_cases") from error
        if not cases:  # it would never fail
            raise bad_case("there is no test case in it", file, 1)
        found += cases
    _refuse_same_names(found)
    return found


def _refuse_same_names(cases: Sequence[PlacedCase]) -> None:
    number = Counter(placed.case.name for placed in cases)
    for placed in cases:
        if number[placed.case.name] > 1:
            raise bad_case(f"{number[placed.case.name]} cases are named `{placed.case.name}`", placed.file, placed.line)
