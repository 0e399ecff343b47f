"""The parts of files of runs: field by field the records of `routing.records`: numbers are exact, times ISO text."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import asdict
from decimal import Decimal
from typing import Any

import simplejson

from dmnroute.dmn import load
from dmnroute.routing.canonical import digest_of_bytes, plain
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
from dmnroute.routing.targets import Target


def as_text(value: Any) -> str:
    """A file: JSON, indented for people."""
    return simplejson.dumps(plain(value), use_decimal=True, sort_keys=True, indent=1, ensure_ascii=False) + "\n"


class FiledHop(Record):
    decision: DecisionRecord
    outcomes: dict[str, Outcome]


class FiledHistory(Record):
    """A run with everything that happened in it."""

    run: Run
    hops: list[FiledHop]
    signals: list[Signal]
    controls: tuple[Control, ...] = ()
    ancestors: tuple[Run, ...] = ()

    def history(self) -> History:
        hops = tuple(Hop(hop.decision, hop.outcomes) for hop in self.hops)
        return History(self.run, hops, tuple(self.signals), self.controls, self.ancestors)


def filed_history(history: History) -> dict[str, Any]:
    """As `FiledHistory` reads it."""
    return {
        "run": history.run.model_dump(),
        "hops": [{"decision": hop.decision.model_dump(), "outcomes": _by_step(hop.outcomes)} for hop in history.hops],
        "signals": [signal.model_dump() for signal in history.signals],
        "controls": [control.model_dump() for control in history.controls],
        "ancestors": [run.model_dump() for run in history.ancestors],
    }


def _by_step(outcomes: Mapping[str, Outcome]) -> dict[str, Any]:
    return {step: outcome.model_dump() for step, outcome in outcomes.items()}


class FiledPolicy(Record):
    """A version of a policy with its whole text."""

    name: str
    version: int
    file: str
    route: str
    text: str
    """The file; in base64 when it isn't UTF-8."""
    base64: bool

    def policy(self) -> PolicyVersion:
        """Raises TableError when it can't be loaded."""
        source = b64decode(self.text) if self.base64 else self.text.encode()
        model = load(source, name=self.file)
        return PolicyVersion(self.name, self.version, digest_of_bytes(source), model, self.route)


def filed_policy(policy: PolicyVersion) -> dict[str, Any]:
    """As `FiledPolicy` reads it."""
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


class FiledTarget(Record):
    template: str
    defaults: dict[str, str]


class FiledAgent(Record):
    """An agent without its code and without `problem`: the inputs of what was decided had none."""

    name: str
    inputs: list[str]
    required: list[str]
    outputs: list[str]
    cost: Decimal | None
    timeout: Decimal
    version: str
    description: str
    target: FiledTarget | None = None
    errors: tuple[str, ...] = ()
    side_effects: bool = False
    compensate: str | None = None

    def spec(self) -> AgentSpec:
        return AgentSpec(
            self.name,
            fields=frozenset(self.inputs),
            required=frozenset(self.required),
            outputs=frozenset(self.outputs),
            cost=self.cost,
            timeout=self.timeout,
            version=self.version,
            description=self.description,
            target=Target(self.target.template, self.target.defaults) if self.target else None,
            errors=frozenset(self.errors),
            side_effects=self.side_effects,
            compensate=self.compensate,
        )


class FiledCatalogue(Record):
    """The agents that the policies knew."""

    agents: list[FiledAgent]
    facts: list[str]
    merge: dict[str, MergeRule]

    def catalogue(self) -> Catalogue:
        specs = {agent.name: agent.spec() for agent in self.agents}
        return Catalogue(specs, facts=frozenset(self.facts), merge=self.merge)


def filed_catalogue(catalogue: Catalogue) -> dict[str, Any]:
    """As `FiledCatalogue` reads it."""
    return {
        "agents": [_filed_agent(spec) for spec in sorted(catalogue.agents.values(), key=lambda spec: spec.name)],
        "facts": catalogue.facts,
        "merge": catalogue.merge,
    }


def _filed_agent(spec: AgentSpec) -> dict[str, Any]:
    return {
        "name": spec.name,
        "inputs": spec.fields,
        "required": spec.required,
        "outputs": spec.outputs,
        "cost": spec.cost,
        "timeout": spec.timeout,
        "version": spec.version,
        "description": spec.description,
        "target": asdict(spec.target) if spec.target else None,
        "errors": spec.errors,
        "side_effects": spec.side_effects,
        "compensate": spec.compensate,
    }
