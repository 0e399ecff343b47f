"""Judge all test cases of a policy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dmnroute.agents.registry import Registry
from dmnroute.cases.case import DecisionCase
from dmnroute.cases.coverage import Coverage
from dmnroute.cases.decisions import problems_of_decision
from dmnroute.cases.placed import PlacedCase
from dmnroute.cases.reading import case_files, read_cases
from dmnroute.cases.runs import problems_of_run
from dmnroute.cases.verdict import Verdict
from dmnroute.dmn import Model, load
from dmnroute.errors import DmnrouteError, OperatorError, TableError


@dataclass(frozen=True, slots=True)
class Judged:
    """A policy with what came of its cases, and what they have seen of its tables."""

    policy: Path
    verdicts: tuple[Verdict, ...]
    coverage: Coverage

    @property
    def failed(self) -> tuple[Verdict, ...]:
        """The cases that didn't come out as expected."""
        return tuple(verdict for verdict in self.verdicts if not verdict.passed)


@dataclass(frozen=True, slots=True)
class Broken:
    """A policy that can't be judged, with the reason: its table, or a file of its cases, can't be read."""

    policy: Path
    error: DmnrouteError


@dataclass(frozen=True, slots=True)
class Report:
    """What came of the cases of several policies; those that are broken keep nobody from the others."""

    judged: tuple[Judged, ...]
    broken: tuple[Broken, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether everything came out as expected."""
        return not self.broken and not any(each.failed for each in self.judged)


async def judge_policies(chosen: Mapping[Path, Sequence[Path]], registry: Registry) -> Report:
    """Run the test cases of policies, each with its files."""
    judged: list[Judged] = []
    broken: list[Broken] = []
    for policy, files in chosen.items():
        try:
            judged.append(await judge_policy(policy, registry, files=files))
        except (TableError, OperatorError) as error:
            broken.append(Broken(policy, error))
    return Report(tuple(judged), tuple(broken))


async def judge_policy(policy: Path, registry: Registry, *, files: Sequence[Path] | None = None) -> Judged:
    """Run the test cases of a policy, or those of the files.

    Raises:
        TableError: the policy can't be loaded, or `bad_case`.
        OperatorError: a file can't be read.
    """
    model = load(policy)
    coverage = Coverage(model)
    cases = read_cases(case_files(policy) if files is None else files)
    verdicts = [await judge(placed, policy, model, registry, coverage) for placed in cases]
    return Judged(policy, tuple(verdicts), coverage)


async def judge(placed: PlacedCase, policy: Path, model: Model, registry: Registry, coverage: Coverage) -> Verdict:
    """Run one test case."""
    case = placed.case
    try:
        if isinstance(case, DecisionCase):
            return Verdict(placed, tuple(problems_of_decision(case, model, coverage)))
        return Verdict(placed, tuple(await problems_of_run(case, policy, registry, coverage)))
    except TableError as error:
        return Verdict(placed, (str(error),))
