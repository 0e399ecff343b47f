"""`dmnroute agents`"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from dmnroute.cli import streams
from dmnroute.cli.options import AsJson
from dmnroute.cli.session import Session, session_of

if TYPE_CHECKING:
    from dmnroute.agents.declaration import Agent


def agents(context: typer.Context, as_json: AsJson = False) -> None:
    """List the agents of the project.

    Tells what they take and give, what a call costs, and whether they can run here.

    \b
    Example:
      dmnroute agents
    """
    with streams.for_documents(as_json):
        found = _agents(session_of(context))
    if as_json:
        streams.document([_document(agent) for agent in found])
    elif not found:
        streams.say("no agents: the project has none in `workers/`, and none are named in `DMNROUTE_AGENTS`")
    else:
        headers = ("agent", "takes", "gives", "cost", "timeout", "available", "what it does")
        streams.table(headers, [_row(agent) for agent in found])


def _agents(session: Session) -> list[Agent[..., Any]]:
    from dmnroute.app import load_agents
    from dmnroute.project import find_project

    settings = session.settings()
    registry = load_agents(find_project(settings.project), settings.agents)
    return [registry.agents[name] for name in sorted(registry.agents)]


def _row(agent: Agent[..., Any]) -> tuple[str, ...]:
    from dmnroute.cli.extras import remedy
    from dmnroute.cli.views.figures import money, seconds

    takes = ", ".join(
        name if field.is_required() else f"[{name}]" for name, field in agent.input_type.model_fields.items()
    )
    gives = ", ".join(agent.output_type.model_fields)
    available = remedy(agent.missing) or "yes"
    cost = "unknown" if agent.cost is None else money(agent.cost)
    return agent.name, takes, gives, cost, seconds(agent.timeout), available, agent.description


def _document(agent: Agent[..., Any]) -> dict[str, Any]:
    from dmnroute.cli.extras import remedy

    return {
        "name": agent.name,
        "description": agent.description,
        "version": agent.version,
        "cost": agent.cost,
        "timeout": agent.timeout,
        "available": not agent.missing,
        "missing": agent.missing,
        "remedy": remedy(agent.missing),
        "input": agent.input_type.model_json_schema(),
        "output": agent.output_type.model_json_schema(),
    }
