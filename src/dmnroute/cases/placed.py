"""A test case and where it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from dmnroute.cases.case import Case, DecisionCase, RunCase
from dmnroute.errors import Place, TableError, did_you_mean


@dataclass(frozen=True, slots=True)
class PlacedCase:
    """A case with its place."""

    case: Case
    file: Path
    line: int
    """Counted from 1; in a sheet, the row."""

    @property
    def where(self) -> str:
        """``intake.tests.yaml:12``"""
        return f"{self.file.name}:{self.line}"


def placed_case(raw: Mapping[str, Any], file: Path, line: int) -> PlacedCase:
    """A case from its entries.

    Raises:
        TableError: `bad_case`.
    """
    kind: type[DecisionCase] | type[RunCase] = RunCase if "run" in raw else DecisionCase
    try:
        return PlacedCase(kind.model_validate(raw), file, line)
    except ValidationError as error:
        problems = error.errors(include_url=False, include_input=False)
        # A misspelt entry comes before the one that is missing because of it.
        problem = min(problems, key=lambda each: each["type"] != "extra_forbidden")
        # Parts with brackets are names of types that were tried, not of entries.
        path = ".".join(str(part) for part in problem["loc"] if "[" not in str(part))
        message = problem["msg"].removeprefix("Value error, ")
        if problem["type"] == "extra_forbidden" and "." not in path:
            near = did_you_mean(path, kind.model_fields)
            known = ", ".join(f"`{name}`" for name in kind.model_fields)
            raise bad_case(f"unknown entry `{path}`{near}", file, line, hint=f"a case has {known}") from error
        raise bad_case(
            f"{path}: {message[:1].lower()}{message[1:]}" if path else message,
            file,
            line,
        ) from error


def bad_case(message: str, file: Path, line: int, *, hint: str = "") -> TableError:
    """Something of a file of test cases can't be understood."""
    return TableError(message, code="bad_case", place=Place(file=f"{file.name}:{line}"), hint=hint)
