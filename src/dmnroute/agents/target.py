"""The target that an agent declares: what stands behind it."""

from __future__ import annotations

from pydantic import BaseModel

from dmnroute.errors import AgentError, did_you_mean
from dmnroute.routing.targets import Target


def target_of(agent: str, template: str, input_type: type[BaseModel]) -> Target:
    """A declared target, with what its fields are by default. Raises AgentError `agent_target`."""
    try:
        fields = Target(template).fields()
    except ValueError as error:
        raise _wrong(agent, template, "its braces don't match") from error
    for name in fields:
        if name not in input_type.model_fields:
            near = did_you_mean(name, input_type.model_fields)
            raise _wrong(agent, template, f"the input has no field `{name}`{near}")
    if not _has_two_parts(template):
        raise _wrong(agent, template, "it has to name a vendor and a model, with a slash between them")
    defaults = {name: input_type.model_fields[name].default for name in fields}
    return Target(template, {name: value for name, value in defaults.items() if isinstance(value, str)})


def _has_two_parts(template: str) -> bool:
    vendor, slash, model = template.partition("/")
    return bool(vendor and slash and model)


def _wrong(agent: str, template: str, why: str) -> AgentError:
    return AgentError(
        f"agent `{agent}`: target `{template}`: {why}",
        code="agent_target",
        hint="write `openai/gpt-4o`, or `openai/{model}` with an input field in braces",
    )
