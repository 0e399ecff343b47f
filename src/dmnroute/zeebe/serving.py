"""Put workers together: what `dmnroute router` and `dmnroute worker` serve."""

from __future__ import annotations

from dmnroute.agents.execute import StepRunner
from dmnroute.router.router import Router
from dmnroute.routing.ports import Store
from dmnroute.routing.records import Limits
from dmnroute.zeebe.agent_worker import STEP_VARIABLES, AgentWorker
from dmnroute.zeebe.contract import ROUTE_JOB, SIGNAL_JOB
from dmnroute.zeebe.gateway import Gateway
from dmnroute.zeebe.route_worker import RouteWorker
from dmnroute.zeebe.signal_worker import SIGNAL_VARIABLES, SignalWorker
from dmnroute.zeebe.wire import ROUTE_VARIABLES
from dmnroute.zeebe.worker import JOB_TIMEOUT, Worker


def router_worker(router: Router, gateway: Gateway, *, limits: Limits, name: str) -> Worker:
    """Answers route and signal jobs."""
    worker = Worker(gateway, name)
    worker.serve(ROUTE_JOB, RouteWorker(router, limits).handle, variables=ROUTE_VARIABLES)
    worker.serve(SIGNAL_JOB, SignalWorker(router, gateway).handle, variables=SIGNAL_VARIABLES)
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
