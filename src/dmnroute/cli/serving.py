"""Serve jobs of a broker, or deployments, until Ctrl-C or SIGTERM."""

from __future__ import annotations

import asyncio
import signal
import sys
from typing import TYPE_CHECKING

from dmnroute.cli.streams import note, say
from dmnroute.cli.who import who_asks
from dmnroute.errors import OperatorError

if TYPE_CHECKING:
    from dmnroute.app import App
    from dmnroute.listening import Listening
    from dmnroute.publishing.deploying import Deployer


async def serve_until_told(app: App, *, router: bool, agents: bool) -> None:
    """Say what is served, serve, and finish the jobs at hand when told to stop."""
    from dmnroute.zeebe.reconciler import Reconciler
    from dmnroute.zeebe.serving import serve

    version = await app.gateway.version()
    workers = await app.workers(router=router, agents=agents)
    reconciler = Reconciler(app.router, app.gateway, every=app.settings.reconcile)
    stop = asyncio.Event()
    _on_signals(stop)
    parts = [*(["router"] if router else []), *([f"{len(app.registry.agents)} agents"] if agents else [])]
    say(f"{' and '.join(parts)} on Zeebe {version} at {app.settings.zeebe_address}; Ctrl-C stops")
    await serve(workers, stop, reconciler=reconciler if router else None)
    note("stopped; jobs at hand are finished")


async def serve_api_until_told(deployer: Deployer, listening: Listening) -> None:
    """Say where deployments are taken, take them, and finish those at hand when told to stop."""
    try:
        from dmnroute.api.callers import Door
        from dmnroute.api.deployments import Deployments
        from dmnroute.api.server import serving
    except ModuleNotFoundError as error:
        raise OperatorError(
            f"the API needs the extra `api`: module `{error.name}` is missing",
            code="missing_extra",
            hint="pip install 'dmnroute[api]'",
        ) from error
    stop = asyncio.Event()
    _on_signals(stop)
    async with serving(Deployments(Door(listening, who_asks(None)), deployer)) as addresses:
        guarded = "with a token" if listening.has_tokens else "for this machine"
        say(f"deployments go to {addresses.http} or {addresses.grpc}, {guarded}; Ctrl-C stops")
        sys.stdout.flush()
        await stop.wait()
    note("stopped; deployments at hand are finished")


def _on_signals(stop: asyncio.Event) -> None:
    if sys.platform == "win32":
        return
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
