"""Everything that dmnroute asks of a broker; the only place that builds its requests.

pyzeebe's client has no method for half of these, its generated stub has; so all go through the stub, with one
way of retrying and one way of writing JSON.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import grpc
from pyzeebe.proto import gateway_pb2 as pb
from pyzeebe.proto.gateway_pb2_grpc import GatewayStub

from dmnroute.errors import OperatorError
from dmnroute.routing import canonical
from dmnroute.zeebe.contract import MESSAGE_LIFE
from dmnroute.zeebe.retrying import Backoff

T = TypeVar("T")

GONE = frozenset({grpc.StatusCode.NOT_FOUND, grpc.StatusCode.FAILED_PRECONDITION})
"""What was asked for isn't there any more: completed, cancelled, or in another state."""

REQUEST_TIMEOUT = 20.0
"""Seconds for one try of a call."""

FIRST_PATIENCE = 1.5
"""Seconds until a broker that never answered is given up: most likely there is none."""


@dataclass(slots=True)
class Gateway:
    """A connection to a broker's gateway."""

    channel: grpc.aio.Channel
    address: str = "the address given"
    backoff: Backoff = field(default_factory=Backoff)
    _reached: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    _stub: GatewayStub = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._stub = GatewayStub(self.channel)

    async def _ask(self, what: str, call: Callable[[], Awaitable[T]]) -> T:
        try:
            return await self.backoff.call(what, call)
        except grpc.aio.AioRpcError as error:
            raise OperatorError(
                f"the broker refused to {what}: {error.details()}",
                code=f"broker_{error.code().name.lower()}",
            ) from error

    async def _ask_if_there(self, what: str, call: Callable[[], Awaitable[Any]]) -> bool:
        """False when what the call is about isn't there any more."""
        try:
            await self.backoff.call(what, call)
        except grpc.aio.AioRpcError as error:
            if error.code() in GONE:
                return False
            raise OperatorError(
                f"the broker refused to {what}: {error.details()}",
                code=f"broker_{error.code().name.lower()}",
            ) from error
        return True

    async def reach(self) -> None:
        """Make sure that a broker is there. One that answered before may be away for a while: nothing is asked again.

        Raises:
            OperatorError: `broker_unavailable`, within some two seconds.
        """
        if not self._reached.is_set():
            await self.version()

    async def version(self) -> str:
        """The version of the gateway, asked with little patience.

        Raises:
            OperatorError: `broker_unavailable`, within some two seconds.
        """
        ask = lambda: self._stub.Topology(pb.TopologyRequest(), timeout=FIRST_PATIENCE)  # noqa: E731
        try:
            answer = await replace(self.backoff, patience=FIRST_PATIENCE).call("tell its topology", ask)
        except (OperatorError, grpc.aio.AioRpcError) as error:
            raise self._nobody(error) from error
        self._reached.set()
        return str(answer.gatewayVersion)

    def _nobody(self, error: BaseException) -> OperatorError:
        refusal = error.__cause__ if isinstance(error, OperatorError) else error
        reason = str(refusal.details()) if isinstance(refusal, grpc.aio.AioRpcError) else str(error)
        # gRPC tells a whole story, and ends it with the cause: "Connection refused".
        cause = reason.rpartition(": ")[2].strip(" ]").lower()
        return OperatorError(
            f"no broker answers at {self.address}: {cause}",
            code="broker_unavailable",
            hint="`dmnroute broker up` starts one on this machine; ZEEBE_ADDRESS says where another one is",
        )

    async def deploy(self, name: str, content: bytes) -> None:
        """Deploy a resource; the broker makes a new version only of what changed."""
        request = pb.DeployResourceRequest(resources=[pb.Resource(name=name, content=content)])
        await self._ask(f"deploy `{name}`", lambda: self._stub.DeployResource(request, timeout=REQUEST_TIMEOUT))

    async def deploy_together(self, resources: Mapping[str, bytes], *, tenant: str = "") -> pb.DeployResourceResponse:
        """Deploy several resources by name: the broker takes all of them or none, and says what each has become."""
        parts = [pb.Resource(name=name, content=content) for name, content in resources.items()]
        request = pb.DeployResourceRequest(resources=parts, tenantId=tenant)
        named = ", ".join(f"`{name}`" for name in resources)
        return await self._ask(f"deploy {named}", lambda: self._stub.DeployResource(request, timeout=REQUEST_TIMEOUT))

    async def create_instance(self, process: str, variables: Mapping[str, Any]) -> str:
        """Start the latest version of a process; answers the key of the instance."""
        request = pb.CreateProcessInstanceRequest(
            bpmnProcessId=process, version=-1, variables=canonical.dumps(variables)
        )
        call = lambda: self._stub.CreateProcessInstance(request, timeout=REQUEST_TIMEOUT)  # noqa: E731
        answer = await self._ask(f"start `{process}`", call)
        return str(answer.processInstanceKey)

    async def run_to_end(self, process: str, variables: Mapping[str, Any], *, timeout: float) -> dict[str, Any]:
        """Start a process, wait for its end (`timeout` in seconds), and give its variables.

        When the time is over the instance goes on all the same.
        """
        request = pb.CreateProcessInstanceWithResultRequest(
            request=pb.CreateProcessInstanceRequest(
                bpmnProcessId=process, version=-1, variables=canonical.dumps(variables)
            ),
            requestTimeout=int(timeout * 1000),
        )
        call = lambda: self._stub.CreateProcessInstanceWithResult(request, timeout=timeout + 5)  # noqa: E731
        answer = await self._ask(f"run `{process}`", call)
        result: dict[str, Any] = canonical.loads(answer.variables)
        return result

    async def cancel_instance(self, instance: str) -> bool:
        """End a process instance; false when it has ended already."""
        request = pb.CancelProcessInstanceRequest(processInstanceKey=int(instance))
        return await self._ask_if_there(
            f"cancel instance {instance}",
            lambda: self._stub.CancelProcessInstance(request, timeout=REQUEST_TIMEOUT),
        )

    async def is_there(self, instance: str) -> bool:
        """Whether a process instance goes on. Without a secondary store only a write tells."""
        request = pb.SetVariablesRequest(elementInstanceKey=int(instance), variables="{}", local=True)
        return await self._ask_if_there(
            f"look for instance {instance}", lambda: self._stub.SetVariables(request, timeout=REQUEST_TIMEOUT)
        )

    async def activate_anew(self, instance: str, element: str, element_instance: str) -> bool:
        """End an element instance and activate its element anew; false when there is none any more."""
        request = pb.ModifyProcessInstanceRequest(
            processInstanceKey=int(instance),
            activateInstructions=[pb.ModifyProcessInstanceRequest.ActivateInstruction(elementId=element)],
            terminateInstructions=[
                pb.ModifyProcessInstanceRequest.TerminateInstruction(elementInstanceKey=int(element_instance))
            ],
        )
        return await self._ask_if_there(
            f"activate `{element}` anew", lambda: self._stub.ModifyProcessInstance(request, timeout=REQUEST_TIMEOUT)
        )

    async def publish(
        self,
        message: str,
        correlation_key: str,
        variables: Mapping[str, Any] | None = None,
        *,
        life: float = MESSAGE_LIFE,
        message_id: str = "",
    ) -> bool:
        """Publish a message; false when one with this id is on its way already. `life` is in seconds."""
        request = pb.PublishMessageRequest(
            name=message,
            correlationKey=correlation_key,
            timeToLive=int(life * 1000),
            messageId=message_id,
            variables=canonical.dumps(variables or {}),
        )
        try:
            await self.backoff.call(
                f"publish `{message}`", lambda: self._stub.PublishMessage(request, timeout=REQUEST_TIMEOUT)
            )
        except grpc.aio.AioRpcError as error:
            if error.code() is grpc.StatusCode.ALREADY_EXISTS:
                return False
            raise OperatorError(
                f"the broker refused message `{message}`: {error.details()}", code="broker_refused"
            ) from error
        return True

    async def complete(self, job: int, variables: Mapping[str, Any]) -> bool:
        """Complete a job; false when it is gone."""
        request = pb.CompleteJobRequest(jobKey=job, variables=canonical.dumps(variables))
        return await self._ask_if_there(
            f"complete job {job}", lambda: self._stub.CompleteJob(request, timeout=REQUEST_TIMEOUT)
        )

    async def fail(self, job: int, message: str, *, retries: int, backoff: float = 0.0) -> bool:
        """Fail a job; without retries left it becomes an incident. `backoff` is in seconds; false when it is gone."""
        request = pb.FailJobRequest(
            jobKey=job, retries=retries, errorMessage=message, retryBackOff=int(backoff * 1000), variables="{}"
        )
        return await self._ask_if_there(f"fail job {job}", lambda: self._stub.FailJob(request, timeout=REQUEST_TIMEOUT))

    async def extend(self, job: int, seconds: float) -> bool:
        """Give a job so many seconds from now; false when it is gone: nobody wants its result any more."""
        request = pb.UpdateJobTimeoutRequest(jobKey=job, timeout=int(seconds * 1000))
        return await self._ask_if_there(
            f"extend job {job}", lambda: self._stub.UpdateJobTimeout(request, timeout=REQUEST_TIMEOUT)
        )
