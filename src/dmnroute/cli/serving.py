"""Serve jobs of a broker until Ctrl-C or SIGTERM."""

from __future__ import annotations

import asyncio
import signal
import sys
from typing import TYPE_CHECKING

from dmnroute.cli.streams import note, say

if TYPE_CHECKING:
    from dmnroute.app import App


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


def _on_signals(stop: asyncio.Event) -> None:
    if sys.platform == "win32":
        return
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
