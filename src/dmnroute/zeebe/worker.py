"""A pyzeebe worker that answers its jobs through our gateway: retried, with exact JSON, incidents with our message."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pyzeebe import Job, ZeebeWorker
from pyzeebe.errors import JobAlreadyDeactivatedError
from pyzeebe.grpc_internals.types import CompleteJobResponse, FailJobResponse
from pyzeebe.grpc_internals.zeebe_adapter import ZeebeAdapter
from pyzeebe.job.job import JobController

from dmnroute.errors import OperatorError
from dmnroute.zeebe.gateway import Gateway
from dmnroute.zeebe.incident import Incident

log = logging.getLogger(__name__)

Handler = Callable[[Job], Awaitable[Mapping[str, Any]]]
"""Gives the variables to complete a job with; raises `Incident` to fail it for good."""

JOB_TIMEOUT = 30.0
"""Seconds after which a job whose worker says nothing is given to another one."""
PUT_OFF = 5.0
"""Seconds until a job is tried again for which the store was away."""
AT_ONCE = 64
"""Jobs asked for in one poll."""
RUNNING = 2000
"""Jobs of one type held at once. At the limit pyzeebe's poller sleeps: it has to lie far above what is asked for."""


class _Adapter(ZeebeAdapter):
    """Completes and fails jobs through the gateway: pyzeebe itself would log a refused completion and forget it."""

    def __init__(self, gateway: Gateway) -> None:
        super().__init__(gateway.channel, -1)
        self._gateway = gateway

    async def complete_job(self, job_key: int, variables: Mapping[str, Any]) -> CompleteJobResponse:
        if not await self._gateway.complete(job_key, variables):
            raise JobAlreadyDeactivatedError(job_key=job_key)
        return CompleteJobResponse()

    async def fail_job(
        self, job_key: int, retries: int, message: str, retry_back_off_ms: int, variables: Mapping[str, Any]
    ) -> FailJobResponse:
        if not await self._gateway.fail(job_key, message, retries=retries, backoff=retry_back_off_ms / 1000):
            raise JobAlreadyDeactivatedError(job_key=job_key)
        return FailJobResponse()


@dataclass(slots=True)
class Worker:
    """Job types with their handlers, served by streams until it is stopped."""

    gateway: Gateway
    name: str
    job_timeout: float = JOB_TIMEOUT
    _worker: Any = field(init=False)

    def __post_init__(self) -> None:
        self._worker = ZeebeWorker(
            self.gateway.channel,
            name=self.name,
            stream_enabled=True,
            poll_retry_delay=1,
            max_connection_retries=-1,
            exception_handler=self._failed,
        )
        self._worker.zeebe_adapter = _Adapter(self.gateway)

    def serve(self, job_type: str, handler: Handler, *, variables: Sequence[str]) -> None:
        """Handle jobs of a type, with these variables."""

        async def handle(job: Job, **_: Any) -> dict[str, Any]:
            return dict(await handler(job))

        # pyzeebe looks for the type itself; under postponed annotations it would find the text "Job".
        handle.__annotations__["job"] = Job
        decorate = self._worker.task(
            task_type=job_type,
            timeout_ms=int(self.job_timeout * 1000),
            max_jobs_to_activate=AT_ONCE,
            max_running_jobs=RUNNING,
            variables_to_fetch=list(variables),
        )
        decorate(handle)

    async def _failed(self, error: Exception, job: Job, controller: JobController) -> None:
        """An incident fails the job for good; whatever else went wrong is tried again, after a while."""
        if isinstance(error, Incident):
            await self.gateway.fail(job.key, error.message, retries=0)
        elif isinstance(error, OperatorError):
            # The store or the broker is away: no fault of the job, so it may be tried as often as it takes.
            log.warning("job put off", extra={"job": job.key, "type": job.type, "error": error.message})
            await self.gateway.fail(job.key, error.message, retries=job.retries, backoff=PUT_OFF)
        else:
            log.warning("job failed", extra={"job": job.key, "type": job.type}, exc_info=error)
            retries = max(job.retries - 1, 0)
            await self.gateway.fail(job.key, f"{type(error).__name__}: {error}", retries=retries, backoff=1.0)

    async def work(self) -> None:
        """Serve until `stop`."""
        await self._worker.work()

    async def stop(self) -> None:
        """Take no more jobs, finish those at hand, then return."""
        await self._worker.stop()
