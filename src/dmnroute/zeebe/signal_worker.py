"""Keep signals: every `dmnroute.signal` message goes to the store, and then the run is woken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pyzeebe import Job

from dmnroute.errors import OperatorError
from dmnroute.router.router import Router
from dmnroute.zeebe.contract import WAKE_MESSAGE
from dmnroute.zeebe.gateway import Gateway

SIGNAL_VARIABLES = ["runId", "name", "payload", "key"]


@dataclass(frozen=True, slots=True)
class SignalWorker:
    """Handles jobs of type `dmnroute.signal`."""

    router: Router
    gateway: Gateway

    async def handle(self, job: Job) -> Mapping[str, Any]:
        """Nothing is given back. A signal without a name, or to a run that has ended, says nothing."""
        run, name = str(job.variables.get("runId")), job.variables.get("name")
        if isinstance(name, str):
            # The element instance is the same at every delivery of this job.
            key = job.variables.get("key") or f"zeebe:{job.element_instance_key}"
            try:
                await self.router.controls.signal(run, name, job.variables.get("payload"), key=str(key))
            except OperatorError as error:
                if error.code != "run_ended":
                    raise
        await self.gateway.publish(WAKE_MESSAGE, run)
        return {}
