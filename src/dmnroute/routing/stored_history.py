"""A run as a file: everything that it takes to replay it for ever, without its store and without its agents' code.

    {"format": 1,
     "run": …, "hops": [{"decision": …, "outcomes": {step: …}}], "signals": […], "controls": […], "ancestors": [],
     "policies": [{"name", "version", "file", "route", "text", "base64"}],
     "catalogue": {"agents": [{"name", "inputs", "required", "outputs", …}], "facts": […], "merge": {…}}}

Field by field the records of `routing.records`; numbers are exact, times are ISO text.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any, Literal

import simplejson
from pydantic import ValidationError

from dmnroute.dmn import load
from dmnroute.errors import OperatorError
from dmnroute.routing.canonical import digest_of_bytes, loads, plain
from dmnroute.routing.catalogue import AgentSpec, Catalogue
from dmnroute.routing.history import History, Hop
from dmnroute.routing.merge import MergeRule
from dmnroute.routing.policy import PolicyVersion
from dmnroute.routing.records.base import Record
from dmnroute.routing.records.control import Control
from dmnroute.routing.records.hop import DecisionRecord
from dmnroute.routing.records.run import Run
from dmnroute.routing.records.signal import Signal
from dmnroute.routing.records.step import Outcome
from dmnroute.routing.replay import Replayed, replay
from dmnroute.routing.targets import Target


@dataclass(frozen=True, slots=True)
class StoredHistory:
    """A history with the versions of policies that decided it, and the agents that they knew."""

    history: History
    policies: tuple[PolicyVersion, ...]
    catalogue: Catalogue

    def policy(self, decision: DecisionRecord) -> PolicyVersion:
        """The version that took a decision. Raises OperatorError `unknown_version`."""
        for policy in self.policies:
            if (policy.name, policy.version) == (decision.policy, decision.version):
                return policy
        raise OperatorError(
            f"the file has no version {decision.version} of policy `{decision.policy}`", code="unknown_version"
        )

    def replayed(self) -> tuple[Replayed, ...]:
        """Every decision taken once more."""
        hops = range(1, len(self.history.hops) + 1)
        return tuple(replay(self.history, hop, policy=self.policy, catalogue=self.catalogue) for hop in hops)

    def to_text(self) -> str:
        """The file: JSON, indented for people."""
        value = plain(_dumped(self))
        return simplejson.dumps(value, use_decimal=True, sort_keys=True, indent=1, ensure_ascii=False) + "\n"


def read_history(text: str | bytes) -> StoredHistory:
    """The history of a file.

    Raises:
        OperatorError: `bad_history`, when it isn't one, or is damaged.
        TableError: one of its policies can't be loaded.
    """
    try:
        file = _File.model_validate(loads(text))
    except ValidationError as error:
        problem = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in problem["loc"])
        raise _bad(f"{place}: {problem['msg'][:1].lower()}{problem['msg'][1:]}") from error
    except (ValueError, RecursionError) as error:
        raise _bad(f"{error}") from error
    hops = tuple(Hop(hop.decision, hop.outcomes) for hop in file.hops)
    return StoredHistory(
        History(file.run, hops, tuple(file.signals), file.controls, file.ancestors),
        tuple(_version(policy) for policy in file.policies),
        _catalogue(file.catalogue),
    )


class _FiledHop(Record):
    decision: DecisionRecord
    outcomes: dict[str, Outcome]


class _FiledPolicy(Record):
    name: str
    version: int
    file: str
    route: str
    text: str
    """The file; in base64 when it isn't UTF-8."""
    base64: bool


class _FiledTarget(Record):
    template: str
    defaults: dict[str, str]


class _FiledAgent(Record):
    name: str
    inputs: list[str]
    required: list[str]
    outputs: list[str]
    cost: Decimal | None
    timeout: Decimal
    version: str
    description: str
    target: _FiledTarget | None = None


class _FiledCatalogue(Record):
    agents: list[_FiledAgent]
    facts: list[str]
    merge: dict[str, MergeRule]


class _File(Record):
    format: Literal[1]
    run: Run
    hops: list[_FiledHop]
    signals: list[Signal]
    controls: tuple[Control, ...] = ()
    ancestors: tuple[Run, ...] = ()
    policies: list[_FiledPolicy]
    catalogue: _FiledCatalogue


def _dumped(stored: StoredHistory) -> dict[str, Any]:
    history, catalogue = stored.history, stored.catalogue
    return {
        "format": 1,
        "run": history.run.model_dump(),
        "hops": [{"decision": hop.decision.model_dump(), "outcomes": _by_step(hop.outcomes)} for hop in history.hops],
        "signals": [signal.model_dump() for signal in history.signals],
        "controls": [control.model_dump() for control in history.controls],
        "ancestors": [run.model_dump() for run in history.ancestors],
        "policies": [_filed(policy) for policy in stored.policies],
        "catalogue": {
            "agents": _agents(catalogue.agents.values()),
            "facts": catalogue.facts,
            "merge": catalogue.merge,
        },
    }


def _by_step(outcomes: Mapping[str, Outcome]) -> dict[str, Any]:
    return {step: outcome.model_dump() for step, outcome in outcomes.items()}


def _agents(specs: Iterable[AgentSpec]) -> list[dict[str, Any]]:
    """Without `problem`: the inputs of what was decided had none."""
    return [
        {
            "name": spec.name,
            "inputs": spec.fields,
            "required": spec.required,
            "outputs": spec.outputs,
            "cost": spec.cost,
            "timeout": spec.timeout,
            "version": spec.version,
            "description": spec.description,
            "target": asdict(spec.target) if spec.target else None,
        }
        for spec in sorted(specs, key=lambda spec: spec.name)
    ]


def _filed(policy: PolicyVersion) -> dict[str, Any]:
    try:
        text, base64 = policy.model.source.decode(), False
    except UnicodeDecodeError:
        text, base64 = b64encode(policy.model.source).decode(), True
    return {
        "name": policy.name,
        "version": policy.version,
        "file": policy.model.definitions.file,
        "route": policy.route,
        "text": text,
        "base64": base64,
    }


def _version(filed: _FiledPolicy) -> PolicyVersion:
    source = b64decode(filed.text) if filed.base64 else filed.text.encode()
    model = load(source, name=filed.file)
    return PolicyVersion(filed.name, filed.version, digest_of_bytes(source), model, filed.route)


def _catalogue(filed: _FiledCatalogue) -> Catalogue:
    specs = {agent.name: _spec(agent) for agent in filed.agents}
    return Catalogue(specs, facts=frozenset(filed.facts), merge=filed.merge)


def _spec(filed: _FiledAgent) -> AgentSpec:
    return AgentSpec(
        filed.name,
        fields=frozenset(filed.inputs),
        required=frozenset(filed.required),
        outputs=frozenset(filed.outputs),
        cost=filed.cost,
        timeout=filed.timeout,
        version=filed.version,
        description=filed.description,
        target=Target(filed.target.template, filed.target.defaults) if filed.target else None,
    )


def _bad(reason: str) -> OperatorError:
    return OperatorError(f"this is no history of a run: {reason}", code="bad_history")
