"""A plugin of pytest: the test cases beside a project's tables are tests like any other.

`pytest dmn` runs them; nothing has to be configured.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from dmnroute.agents.registry import Registry
    from dmnroute.cases.placed import PlacedCase
    from dmnroute.cases.verdict import Verdict

ENDINGS = (".tests.yaml", ".tests.yml", ".tests.csv", ".tests.xlsx")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> CasesFile | None:
    """Files of test cases that have a table beside them."""
    ending = next((ending for ending in ENDINGS if file_path.name.endswith(ending)), None)
    if ending is None or not _table(file_path, ending).is_file():
        return None
    file: CasesFile = CasesFile.from_parent(parent, path=file_path)
    return file


def _table(file: Path, ending: str) -> Path:
    return file.with_name(file.name.removesuffix(ending) + ".dmn")


class CasesFile(pytest.File):
    """The test cases of a policy in one file."""

    def collect(self) -> Iterator[CaseItem]:
        """Each case is a test. An error of the file is the error of collecting it."""
        # Imported here: sessions that have no such files do without.
        from dmnroute.app import load_agents
        from dmnroute.cases.reading import policy_of, read_cases
        from dmnroute.project import Project
        from dmnroute.settings import load_settings

        policy = policy_of(self.path)
        registry = load_agents(Project(policy.parent.parent), load_settings().agents)
        for placed in read_cases([self.path]):
            yield CaseItem.from_parent(self, name=placed.case.name, placed=placed, policy=policy, registry=registry)


class CaseItem(pytest.Item):
    """One test case."""

    def __init__(self, *, placed: PlacedCase, policy: Path, registry: Registry, **rest: Any) -> None:
        super().__init__(**rest)
        self._placed = placed
        self._policy = policy
        self._registry = registry

    def runtest(self) -> None:
        """Run the case. Raises UnexpectedRoute, when something comes out otherwise than expected."""
        from dmnroute.cases.coverage import Coverage
        from dmnroute.cases.judging import judge
        from dmnroute.dmn import load

        model = load(self._policy)
        work = judge(self._placed, self._policy, model, self._registry, Coverage(model))
        verdict: Verdict = asyncio.run(work)
        if not verdict.passed:
            raise UnexpectedRoute("\n".join(verdict.problems))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """What came out otherwise; of everything else, what pytest shows."""
        if isinstance(excinfo.value, UnexpectedRoute):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, self._placed.line - 1, self.name


class UnexpectedRoute(Exception):
    """A policy decided otherwise than its test case expects."""
