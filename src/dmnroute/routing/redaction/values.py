"""Replace values wherever they stand in the records of runs; ids of runs get new ones."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from dmnroute.routing.history import History
from dmnroute.routing.records.control import Control
from dmnroute.routing.records.hop import DecisionRecord, HopEnd, Plan
from dmnroute.routing.records.run import Run
from dmnroute.routing.records.signal import Signal
from dmnroute.routing.records.step import Outcome, StepError
from dmnroute.routing.redaction.placeholders import Placeholders
from dmnroute.routing.redaction.rules import Path, Rules
from dmnroute.routing.seeds import seed_of

RUN_ID: Path = ("run", "id")
TENANT: Path = ("run", "tenant")

_STEPS = re.compile(r"\d+\.\d+(/\d+\.\d+)*")
"""What follows the id of a run in those of its steps and children."""
_FIELD_NAME = re.compile(r"[^\W\d]\w*")
_OF_FIELDS: tuple[Path, ...] = (("facts",), ("run", "input"), ("run", "tags"))
"""Contexts whose keys are names that schemas and tables know."""
_GIVEN: Mapping[str, Path] = {"facts": ("facts",), "input": ("run", "input")}
"""Where tables find what a control gives."""
_WISHES_OF_NAMES = {"force", "forbid", "allow", "policy"}
"""Controls that name an agent or a policy, as tables do."""


@dataclass(slots=True)
class Values:
    """Everything that is replaced in one file: the same value by the same placeholder."""

    rules: Rules
    placeholders: Placeholders
    ids: Mapping[str, str]
    """Id of a run → its new one."""
    replaced: Counter[str] = field(default_factory=Counter)
    """Path → how many values were replaced there."""

    def id(self, name: str) -> str:
        """The new id of a run or of a step."""
        root, slash, rest = name.partition("/")
        return f"{self.ids.get(root, root)}{slash}{rest}"

    def _is_id(self, text: str) -> bool:
        root, slash, rest = text.partition("/")
        return root in self.ids and (not slash or _STEPS.fullmatch(rest) is not None)

    def value(self, value: Any, *paths: Path) -> Any:
        """A value of any shape; keys of contexts stay where they are names."""
        match value:
            case Mapping():
                return dict(self._entry(str(key), each, paths) for key, each in value.items())
            case list() | tuple():
                return [self.value(each, *paths) for each in value]
            case str() if self._is_id(value):
                return self.id(value)
        if not self.rules.replaces(value, paths):
            return value
        self.replaced[".".join(paths[0])] += 1
        return self.placeholders.of(value)

    def run(self, run: Run) -> Run:
        origin = run.origin
        if origin is not None:
            again = tuple(map(self.id, origin.again))
            origin = origin.model_copy(update={"run": self.id(origin.run), "end": self.end(origin.end), "again": again})
        name = self.id(run.id)
        return run.model_copy(
            update={
                "id": name,
                "tenant": run.tenant if run.tenant == "default" else self.value(run.tenant, TENANT),
                "input": self.value(run.input, ("run", "input")),
                "tags": self.value(run.tags, ("run", "tags")),
                "parent": self.id(run.parent) if run.parent else None,
                "process_instance": None,
                "origin": origin,
                # Made of the id, which could be guessed by it.
                "seed": run.seed if name == run.id else seed_of(name),
            }
        )

    def decision(self, decision: DecisionRecord) -> DecisionRecord:
        """What was recorded beside the plan, which is made anew."""
        name = self.id(decision.run)
        return decision.model_copy(
            update={
                "run": name,
                "seed": decision.seed if name == decision.run else seed_of(name, decision.hop),
                "previous": self.end(decision.previous),
                "standing": self.value(decision.standing, ("budget", "tenant")),
                "settled": tuple(map(self.id, decision.settled)),
                "probes": tuple(map(self.id, decision.probes)),
                "element_instance": None,
            }
        )

    def end(self, end: HopEnd) -> HopEnd:
        problem = self.value(end.problem, ("last", "joined", "problem"))
        return end.model_copy(update={"cancelled": tuple(map(self.id, end.cancelled)), "problem": problem})

    def outcomes(self, outcomes: Mapping[str, Outcome], plan: Plan) -> dict[str, Outcome]:
        """Those of a hop whose plan was made anew: its branches may be named by values."""
        branches = {step.id: step.branch for step in plan.steps}
        found = {self.id(step): self._outcome(outcome) for step, outcome in outcomes.items()}
        return {
            step: outcome.model_copy(update={"branch": branches[step]}) if outcome.branch is not None else outcome
            for step, outcome in found.items()
        }

    def _outcome(self, outcome: Outcome) -> Outcome:
        of_step: Path = ("steps", outcome.agent)
        return outcome.model_copy(
            update={
                "step": self.id(outcome.step),
                "output": self.value(outcome.output, ("facts",), (*of_step, "output")),
                "error": self._error(outcome.error, of_step) if outcome.error else None,
                "proposal": self.value(outcome.proposal, (*of_step, "proposal")),
            }
        )

    def _error(self, error: StepError, of_step: Path) -> StepError:
        return error.model_copy(update={"message": self.value(error.message, (*of_step, "error", "message"))})

    def signals(self, signals: Iterable[Signal]) -> tuple[Signal, ...]:
        return tuple(
            signal.model_copy(
                update={
                    "run": self.id(signal.run),
                    "payload": self.value(signal.payload, ("signals", signal.name)),
                }
            )
            for signal in signals
        )

    def controls(self, controls: Iterable[Control]) -> tuple[Control, ...]:
        return tuple(map(self._control, controls))

    def _control(self, control: Control) -> Control:
        path: Path = _GIVEN.get(control.kind, ("controls", control.kind))
        data = control.data if control.kind in _WISHES_OF_NAMES else self.value(control.data, path)
        return control.model_copy(
            update={
                "run": self.id(control.run),
                "data": data,
                "who": self.value(control.who, ("controls", "who")),
                "why": self.value(control.why, ("controls", "why")),
                "key": None,
            }
        )

    def _entry(self, key: str, value: Any, paths: tuple[Path, ...]) -> tuple[str, Any]:
        """A field; what is no name is a value, too, and isn't told by the report."""
        is_name = any(path in _OF_FIELDS for path in paths) or _FIELD_NAME.fullmatch(key) or key in self.rules.words
        if is_name and not self.rules.asks_for(key, ()):
            return key, self.value(value, *_below(paths, key))
        below = _below(paths, "*")
        return str(self.value(key, *below)), self.value(value, *below)


def _below(paths: tuple[Path, ...], key: str) -> tuple[Path, ...]:
    return tuple((*path, key) for path in paths)


def new_ids(histories: Iterable[History], rules: Rules) -> dict[str, str]:
    """New ids for the runs and all that they name: policy and start, which the file tells anyway, and a number."""
    found: dict[str, str] = {}
    for history in histories:
        for run in (*history.ancestors, history.run):
            for name in filter(None, (run.id, run.parent, run.origin.run if run.origin else None)):
                root = name.partition("/")[0]
                if root not in found:
                    new = f"{run.policy}-{run.started:%m%d-%H%M%S}-{len(found) + 1}"
                    found[root] = new if rules.replaces(root, (RUN_ID,)) else root
    return found
