"""Steer a run: check what a person wishes, keep it with who and why, and end the steps that it concerns."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dmnroute.errors import UsageError, did_you_mean
from dmnroute.router.controls import Controls
from dmnroute.routing.catalogue import Catalogue
from dmnroute.routing.history import History
from dmnroute.routing.ports.policies import PolicySource
from dmnroute.routing.records.control import ControlKind
from dmnroute.routing.records.step import CHILD_RUN, PROCESS, PlannedStep
from dmnroute.routing.steering import forbidden, manual_outcomes

_PATH = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*\Z")


@dataclass(frozen=True, slots=True)
class Wish:
    """One thing that a person wants of a run: its data is what the control of that kind holds."""

    kind: ControlKind
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Steering:
    """Checks all wishes before it keeps the first."""

    controls: Controls
    policies: PolicySource
    catalogue: Catalogue

    async def steer(
        self, run: str, wishes: Sequence[Wish], *, who: str, why: str | None = None, key: str | None = None
    ) -> list[str]:
        """Keep the wishes, and answer the ids of the steps that they ended; the same key is the same wishes.

        Raises:
            OperatorError: `unknown_run`, `run_ended`, `unknown_version`.
            UsageError: a wish makes no sense in this run; nothing is kept then.
            RouteError: `unknown_policy`.
        """
        await self.check(wishes, await self.controls.open_history(run))
        store, clock = self.controls.store, self.controls.clock
        for number, wish in enumerate(wishes, 1):
            own = None if key is None else f"{key}:{number}"
            await store.control(run, wish.kind, dict(wish.data), who=who, why=why, at=clock.now(), key=own)
        return await self._end_steps(run, [wish for wish in wishes if "step" in wish.data])

    async def check(self, wishes: Sequence[Wish], history: History) -> None:
        """Whether all wishes make sense in a run. Raises what `steer` raises."""
        for wish in wishes:
            await self._check(wish, history)

    async def _end_steps(self, run: str, wishes: Sequence[Wish]) -> list[str]:
        """Record what people gave for steps that are under way; those that ended before only look different now."""
        history = await self.controls.store.history(run)
        assert history is not None
        open_steps = set(history.last.missing()) if history.last else set()
        for wish in wishes:
            if wish.kind == "cancel_step":
                await self.controls.cancel_step(wish.data["step"])
        for outcome in manual_outcomes(history):
            if outcome.step in open_steps:
                await self.controls.end_step(outcome)
        return [wish.data["step"] for wish in wishes if wish.data["step"] in open_steps]

    async def _check(self, wish: Wish, history: History) -> None:
        match wish.kind:
            case "facts":
                self._check_facts(wish.data)
            case "force" if wish.data["agent"] is not None:
                self._check_agent(wish.data["agent"])
                if wish.data["agent"] in forbidden(history):
                    raise _nonsense(f"agent `{wish.data['agent']}` is forbidden in this run", hint="allow it first")
            case "forbid":
                self._check_agent(wish.data["agent"])
            case "allow" if wish.data["agent"] not in forbidden(history):
                raise _nonsense(f"agent `{wish.data['agent']}` isn't forbidden in run `{history.run.id}`")
            case "policy":
                await self._check_policy(wish.data["policy"], wish.data.get("version"))
            case "result" | "skip":
                step = _step_to_give(wish.data["step"], history)
                if wish.kind == "result":
                    self._check_output(step, wish.data["output"])
            case "cancel_step":
                _step(wish.data["step"], history)
            case _:
                pass

    def _check_facts(self, facts: Mapping[str, Any]) -> None:
        for path in facts:
            if not _PATH.match(path):
                raise _nonsense(f"`{path}` is no name of a fact", hint="as in `verdict` or `customer.tier`")

    def _check_agent(self, name: str) -> None:
        if name in self.catalogue.agents or name.startswith((CHILD_RUN, PROCESS)):
            return
        known = ", ".join(f"`{agent}`" for agent in sorted(self.catalogue.agents))
        raise UsageError(
            f"unknown agent `{name}`{did_you_mean(name, self.catalogue.agents)}",
            code="unknown_agent",
            hint=f"known agents: {known}" if known else "no agents are loaded",
        )

    async def _check_policy(self, name: str, version: int | None) -> None:
        await (self.policies.active(name) if version is None else self.policies.version(name, version))

    def _check_output(self, step: PlannedStep, output: Any) -> None:
        if not isinstance(output, dict):
            raise UsageError(f"the output of step `{step.id}` must be a JSON object", code="schema_output")
        spec = self.catalogue.agents.get(step.type.removeprefix("agent."))
        problem = spec.output_problem(output) if spec and spec.output_problem else None
        if problem:
            raise UsageError(
                f"the output doesn't fit the schema of agent `{step.agent}`: {problem}", code="schema_output"
            )


def _step(name: str, history: History) -> PlannedStep:
    """A step of the run. Raises UsageError `unknown_step`."""
    steps = {step.id: step for hop in history.hops for step in hop.decision.plan.steps}
    if name not in steps:
        raise UsageError(
            f"run `{history.run.id}` has no step `{name}`{did_you_mean(name, steps)}",
            code="unknown_step",
            hint="`dmnroute show RUN` names its steps",
        )
    return steps[name]


def _step_to_give(name: str, history: History) -> PlannedStep:
    """A step that goes on, or that gave nothing: what an agent did well isn't overwritten."""
    step = _step(name, history)
    outcome = next((outcome for outcome in history.outcomes() if outcome.step == name), None)
    if outcome is not None and outcome.status == "ok" and not outcome.manual:
        raise UsageError(f"step `{name}` has its result already", code="step_done", hint="`--set` changes facts")
    return step


def _nonsense(message: str, *, hint: str = "") -> UsageError:
    return UsageError(message, code="bad_wish", hint=hint)
