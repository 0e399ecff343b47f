"""`dmnroute form`"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from dmnroute.cli import streams
from dmnroute.cli.session import Session, session_of, wait_for
from dmnroute.errors import UsageError, did_you_mean

if TYPE_CHECKING:
    from dmnroute.routing.forms import FormSpec


def form(
    context: typer.Context,
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="Form, as `@form` names it; without one all are listed.")
    ] = None,
    schema: Annotated[bool, typer.Option("--schema", help="The JSON Schema of the answer instead.")] = False,
    deploy: Annotated[bool, typer.Option("--deploy", help="Deploy it to the broker; routers do it as well.")] = False,
) -> None:
    """Show a form as a Camunda form, for Modeler and Tasklist.

    \b
    Example:
      dmnroute form claim_check
    """
    from dmnroute.agents.camunda_form import camunda_form
    from dmnroute.zeebe.wire import form_id

    session = session_of(context)
    forms = _forms(session)
    if name is None:
        if forms:
            streams.table(("form", "asks"), [(each.name, each.title) for each in forms.values()])
        else:
            streams.say("no forms: `@form` on a pydantic model in `workers/` declares one")
        return
    if name not in forms:
        hint = f"known forms: {', '.join(sorted(forms))}" if forms else "`@form` in `workers/` declares one"
        raise UsageError(f"unknown form `{name}`{did_you_mean(name, forms)}", code="unknown_form", hint=hint)
    if deploy:
        wait_for(_deploy(session, forms[name]))
    elif schema:
        streams.document(forms[name].schema)
    else:
        streams.document(camunda_form(forms[name], id=form_id(name)))


def _forms(session: Session) -> dict[str, FormSpec]:
    from dmnroute.app import load_agents
    from dmnroute.project import find_project

    settings = session.settings()
    return dict(load_agents(find_project(settings.project), settings.agents).catalogue.forms or {})


async def _deploy(session: Session, spec: FormSpec) -> None:
    from dmnroute.zeebe.deployment import deploy_forms

    async with session.opened() as app:
        await app.gateway.reach()
        await deploy_forms(app.gateway, [spec])
    streams.say(f"form `{spec.name}` is deployed at {app.settings.zeebe_address}")
