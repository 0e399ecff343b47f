"""`dmnroute serve`"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from dmnroute.cli.session import Session, session_of, wait_for

if TYPE_CHECKING:
    from dmnroute.listening import Listening
    from dmnroute.settings import Settings


def serve(
    context: typer.Context,
    host: Annotated[
        str | None,
        typer.Option("--host", metavar="HOST", help="Where to listen. Default: 127.0.0.1, this machine alone."),
    ] = None,
    port: Annotated[
        int | None, typer.Option("--port", metavar="PORT", help="For HTTP; 0: any free one. Default: 8090.")
    ] = None,
    grpc_port: Annotated[
        int | None, typer.Option("--grpc-port", metavar="PORT", help="For gRPC; 0: any free one. Default: 26590.")
    ] = None,
) -> None:
    """Let Camunda Modeler deploy: its Deploy button publishes tables.

    A `.dmn` goes through the gate, as with `dmnroute policy publish`. When it is kept out, Modeler shows what is wrong,
    with decision, rule and column; else it is published and decides. `.bpmn` and `.form` are passed on to the broker.
    Of several files all are deployed, or none.

    In Modeler: Deploy, Camunda 8 Self-Managed, Cluster URL http://127.0.0.1:8090, Authentication: None.

    Where others can connect, each call needs a token: DMNROUTE_API__TOKEN is one for all, `[api.tokens]` in
    dmnroute.toml has one per person. In Modeler: Authentication: Basic, with your name, and the token as password.

    SIGTERM or Ctrl-C: deployments at hand are finished.

    \b
    Examples:
      dmnroute serve
      DMNROUTE_API__TOKEN=… dmnroute serve --host 0.0.0.0
    """
    given = {"host": host, "port": port, "grpc_port": grpc_port}
    wait_for(_serve(session_of(context), {name: value for name, value in given.items() if value is not None}))


async def _serve(session: Session, given: dict[str, str | int]) -> None:
    from dmnroute.cli.publishing import gate_of, versions_of
    from dmnroute.cli.serving import serve_api_until_told
    from dmnroute.publishing.deploying import Deployer

    async with session.opened() as app:
        listening = _listening(app.settings, given)
        versions = versions_of(app.settings, app.store)
        own = app.settings.own_processes
        deployer = Deployer(gate_of(app), versions, app.project.policies, app.impatient_gateway, own_processes=own)
        await serve_api_until_told(deployer, listening)


def _listening(settings: Settings, given: dict[str, str | int]) -> Listening:
    """The settings, with what the command says on top."""
    from pydantic import ValidationError

    from dmnroute.errors import UsageError

    try:
        return type(settings.api).model_validate(settings.api.model_dump() | given)
    except ValidationError as error:
        problem = error.errors(include_url=False, include_input=False)[0]
        option = f"--{str(problem['loc'][0]).replace('_', '-')}"
        message = problem["msg"]
        raise UsageError(f"`{option}`: {message[:1].lower()}{message[1:]}") from error
