"""Put workers together, and serve until somebody says stop."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

from dmnroute.agents.execute import StepRunner
from dmnroute.errors import DmnrouteError
from dmnroute.router.router import Router
from dmnroute.routing.ports.store import Store
from dmnroute.routing.records.run import Limits
from dmnroute.zeebe.agent_worker import STEP_VARIABLES, AgentWorker
from dmnroute.zeebe.contract import JOIN_JOB, REMIND_JOB, ROUTE_JOB, SIGNAL_JOB
from dmnroute.zeebe.gateway import Gateway
from dmnroute.zeebe.join_worker import JOIN_VARIABLES, JoinWorker
from dmnroute.zeebe.reconciler import Reconciler
from dmnroute.zeebe.remind_worker import REMIND_VARIABLES, RemindWorker
from dmnroute.zeebe.route_worker import RouteWorker
from dmnroute.zeebe.signal_worker import SIGNAL_VARIABLES, SignalWorker
from dmnroute.zeebe.wire import ROUTE_VARIABLES
from dmnroute.zeebe.worker import JOB_TIMEOUT, Worker

log = logging.getLogger(__name__)

DRAIN = 60.0
"""Seconds that jobs at hand may take after `stop`; what isn't done then is delivered to another worker."""


def router_worker(
    router: Router, gateway: Gateway, *, limits: Limits, name: str, job_timeout: float = JOB_TIMEOUT
) -> Worker:
    """Answers route, join, signal and remind jobs."""
    worker = Worker(gateway, name, job_timeout=job_timeout)
    worker.serve(ROUTE_JOB, RouteWorker(router, limits).handle, variables=ROUTE_VARIABLES)
    worker.serve(JOIN_JOB, JoinWorker(router).handle, variables=JOIN_VARIABLES)
    worker.serve(SIGNAL_JOB, SignalWorker(router, gateway).handle, variables=SIGNAL_VARIABLES)
    worker.serve(REMIND_JOB, RemindWorker(router).handle, variables=REMIND_VARIABLES)
    return worker


def agents_worker(
    runner: StepRunner, gateway: Gateway, *, store: Store | None, name: str, job_timeout: float = JOB_TIMEOUT
) -> Worker:
    """Runs the steps of all agents of the runner's registry."""
    worker = Worker(gateway, name, job_timeout=job_timeout)
    handler = AgentWorker(runner, gateway, store, job_timeout).handle
    for agent in runner.registry.agents:
        worker.serve(f"agent.{agent}", handler, variables=STEP_VARIABLES)
    return worker


async def serve(workers: Sequence[Worker], stop: asyncio.Event, *, reconciler: Reconciler | None = None) -> None:
    """Serve until `stop` is set; then take no more jobs, and finish those at hand.

    Raises:
        OperatorError: whatever ended a worker by itself.
    """
    working = [asyncio.create_task(worker.work()) for worker in workers]
    looking = asyncio.create_task(_reconcile(reconciler)) if reconciler else None
    stopping = asyncio.create_task(stop.wait())
    try:
        done, _ = await asyncio.wait([*working, stopping], return_when=asyncio.FIRST_COMPLETED)
        for task in done - {stopping}:
            task.result()
        with suppress(TimeoutError):
            async with asyncio.timeout(DRAIN):
                await asyncio.gather(*(worker.stop() for worker in workers))
    finally:
        await _end([*working, stopping, *([looking] if looking else [])])


@asynccontextmanager
async def serving(workers: Sequence[Worker]) -> AsyncIterator[None]:
    """Serve while the body runs. What ends a worker by itself ends the body, too."""
    stop, body = asyncio.Event(), asyncio.current_task()
    assert body is not None
    served = asyncio.create_task(serve(workers, stop))
    served.add_done_callback(lambda task: None if task.cancelled() or stop.is_set() else body.cancel())
    try:
        yield
    finally:
        stop.set()
        await served


async def _reconcile(reconciler: Reconciler) -> None:
    while True:
        await asyncio.sleep(reconciler.every)
        try:
            await reconciler.look()
        except DmnrouteError as error:  # the store or the broker is away: the next look finds it all
            log.warning("no look for vanished runs", extra={"error": error.message})


async def _end(tasks: Sequence[asyncio.Task[None] | asyncio.Task[bool]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
