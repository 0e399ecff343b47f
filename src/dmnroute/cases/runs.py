"""Judge the cases of whole runs: the agents follow a script, everything else is real."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from dmnroute.agents.declaration import Agent
from dmnroute.agents.failure import AgentFailure
from dmnroute.agents.registry import Registry
from dmnroute.agents.step import Step
from dmnroute.cases.case import Answer, RunCase, Script
from dmnroute.cases.comparison import differences
from dmnroute.cases.coverage import Coverage
from dmnroute.errors import TableError, did_you_mean
from dmnroute.routing.explanation import recorded_context
from dmnroute.routing.policy import ROUTE
from dmnroute.testing.policy_run import PolicyRun, run_policy

UNSCRIPTED = "unscripted"
"""The kind of error with which an agent ends that the script doesn't mention."""


async def problems_of_run(case: RunCase, policy: Path, registry: Registry, coverage: Coverage) -> list[str]:
    """What doesn't go as the case expects.

    Raises:
        TableError: `unknown_agent`, when the script speaks of an agent that isn't loaded; `bad_answer`, when it
            lets one answer what it can't return.
    """
    script = case.run
    run = await run_policy(
        policy,
        agents=scripted(script, registry),
        input=script.input,
        signals=script.signals,
        answers=script.answers,
        arrives=script.arrives,
        limits=script.limits,
    )
    for number, hop in enumerate(run.history.hops, 1):
        if hop.decision.stage is None:
            coverage.see(ROUTE, recorded_context(run.history, number), now=hop.decision.at)
    return [*_unscripted(run), *_problems(case, run)]


def scripted(script: Script, registry: Registry) -> Registry:
    """The same agents, with the script in place of their work."""
    for name in script.agents:
        if name not in registry.agents:
            near = did_you_mean(name, registry.agents)
            raise TableError(f"the script speaks of agent `{name}`, which isn't loaded{near}", code="unknown_agent")
        for said in _answers(script.agents[name]):
            _check_output(registry.agents[name], said)
    doubles = {
        name: replace(agent, function=_double(agent, _answers(script.agents.get(name))), requires=(), takes_step=True)
        for name, agent in registry.agents.items()
    }
    return Registry(doubles, registry.facts, registry.forms)


def _check_output(agent: Agent[..., Any], said: Answer) -> None:
    """A script that is wrong must not look like an agent that fails."""
    if said.output is None:
        return
    try:
        agent.output_type.model_validate(said.output)
    except ValidationError as error:
        problem = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, problem["loc"]))
        message = f"{where}: {problem['msg'][:1].lower()}{problem['msg'][1:]}" if where else problem["msg"]
        raise TableError(
            f"the script lets `{agent.name}` answer what it can't return: {message}",
            code="bad_answer",
            hint="an answer that the agent gets wrong is `error: {kind: schema_output, …}`",
        ) from error


def _answers(said: Answer | list[Answer] | None) -> list[Answer]:
    return [] if said is None else said if isinstance(said, list) else [said]


def _double(agent: Agent[..., Any], answers: list[Answer]) -> Callable[..., Any]:
    """Answers by the script, in the order of the calls."""
    remaining = list(answers)

    async def answer(given: Any, step: Step) -> Any:
        if not remaining:
            raise AgentFailure(UNSCRIPTED, f"the script has no answer of `{agent.name}`")
        said = remaining.pop(0) if len(remaining) > 1 else remaining[0]
        _report(said, step)
        if said.error is not None:
            raise AgentFailure(said.error.kind, said.error.message, retryable=said.error.retryable)
        return agent.output_type.model_validate(said.output)

    return answer


def _report(said: Answer, step: Step) -> None:
    metrics: Mapping[str, Any] = said.metrics
    step.report(confidence=said.confidence, cost=said.cost, tokens=said.tokens, **metrics)
    step.propose(*said.proposal)


def _unscripted(run: PolicyRun) -> Iterator[str]:
    """Calls that the script knows nothing of: whatever came after them is no test."""
    for outcome in run.history.outcomes():
        if outcome.error is not None and outcome.error.kind == UNSCRIPTED:
            yield f"step {outcome.step.rpartition('/')[2]}: {outcome.error.message}"


def _problems(case: RunCase, run: PolicyRun) -> Iterator[str]:
    said = case.expect.model_fields_set
    if "status" in said and run.status != case.expect.status:
        stop = f": {run.state.stop.message}" if run.state.stop else ""
        yield f"status: expected {case.expect.status}, found {run.status}{stop}"
    if "route" in said and run.route != case.expect.route:
        yield f"route: expected {_way(case.expect.route or [])}, found {_way(run.route)}"
    if "result" in said:
        yield from differences(case.expect.result, run.result, path="result")


def _way(route: list[str]) -> str:
    return " → ".join(f"({hop})" if "," in hop else hop for hop in route)
