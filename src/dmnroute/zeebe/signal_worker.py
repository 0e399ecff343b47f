"""Keep signals: every `dmnroute.signal` message goes to the store, and then the run is woken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pyzeebe import Job

from dmnroute.errors import OperatorError
from dmnroute.router.router import Router
from dmnroute.zeebe.contract import INPUT, WAKE_MESSAGE
from dmnroute.zeebe.engine import end_unwanted
from dmnroute.zeebe.gateway import Gateway

SIGNAL_VARIABLES = ["runId", "name", "payload", "key"]


@dataclass(frozen=True, slots=True)
class SignalWorker:
    """Handles jobs of type `dmnroute.signal`."""

    router: Router
    gateway: Gateway

    async def handle(self, job: Job) -> Mapping[str, Any]:
        """Nothing is given back. A signal without a name, or to a run that has ended, says nothing.

        Nor does input that the run's tables reject.
        """
        run, name = str(job.variables.get("runId")), job.variables.get("name")
        if isinstance(name, str):
            # The element instance is the same at every delivery of this job.
            key = job.variables.get("key") or f"zeebe:{job.element_instance_key}"
            try:
                await self._keep(run, name, job.variables.get("payload"), key=str(key))
            except OperatorError as error:
                if error.code not in ("run_ended", "input_rejected"):
                    raise
        await self.gateway.publish(WAKE_MESSAGE, run)
        return {}

    async def _keep(self, run: str, name: str, payload: Any, *, key: str) -> None:
        """A signal; or input, which may end the steps that go on."""
        if name != INPUT:
            await self.router.controls.signal(run, name, payload, key=key)
        elif isinstance(payload, dict):
            await self.router.controls.input(run, payload, who="zeebe", key=key)
            await end_unwanted(run, self.router, self.gateway)
