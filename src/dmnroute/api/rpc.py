"""The calls that Camunda Modeler and other clients of Zeebe make over gRPC."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any, NoReturn, TypeAlias

import grpc
from pyzeebe.proto import gateway_pb2 as pb

from dmnroute.api.answers import message
from dmnroute.api.deployments import COMPATIBLE_WITH, Deployments
from dmnroute.api.problems import Problem, bug, problem_of
from dmnroute.errors import DmnrouteError

log = logging.getLogger(__name__)

SERVICE = "/gateway_protocol.Gateway/"

ELSEWHERE = "there is only `Topology` and `DeployResource` here; for all else, ask a broker of Zeebe"

Context: TypeAlias = grpc.aio.ServicerContext[Any, Any]


class GatewayCalls(grpc.GenericRpcHandler):
    """`Topology` and `DeployResource` of Zeebe's gateway; every other call tells that there is no more here."""

    def __init__(self, deployments: Deployments) -> None:
        self._deployments = deployments

    def service(self, details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler[Any, Any] | None:
        """What answers a call."""
        known: dict[str, tuple[Callable[[Any, Context], Awaitable[Any]], Any]] = {
            "Topology": (self._topology, pb.TopologyRequest),
            "DeployResource": (self._deploy, pb.DeployResourceRequest),
        }
        service, _, name = str(details.method).rpartition("/")
        if f"{service}/" != SERVICE or name not in known:
            return grpc.unary_unary_rpc_method_handler(_elsewhere)
        answer, request = known[name]
        return grpc.unary_unary_rpc_method_handler(
            _guarded(answer),
            request_deserializer=request.FromString,
            response_serializer=lambda made: made.SerializeToString(),
        )

    async def _topology(self, request: pb.TopologyRequest, context: Context) -> pb.TopologyResponse:
        self._caller(context)
        return pb.TopologyResponse(gatewayVersion=COMPATIBLE_WITH)

    async def _deploy(self, request: pb.DeployResourceRequest, context: Context) -> pb.DeployResourceResponse:
        caller = self._caller(context)
        files = [(resource.name, resource.content) for resource in request.resources]
        agent = _said(context, "user-agent") or ""
        deployed = await self._deployments.deploy(files, caller=caller, tenant=request.tenantId, user_agent=agent)
        return message(deployed)

    def _caller(self, context: Context) -> str:
        return self._deployments.door.caller(_said(context, "authorization"))


def _guarded(answer: Callable[[Any, Context], Awaitable[Any]]) -> Callable[[Any, Context], Awaitable[Any]]:
    async def call(request: Any, context: Context) -> Any:
        try:
            return await answer(request, context)
        except DmnrouteError as error:
            problem = problem_of(error)
            log.info("deployment refused", extra={"status": problem.title, "detail": problem.detail})
            await _abort(context, problem)
        except Exception as error:  # nothing that was foreseen: the developers have to know all of it
            log.error("a call has failed", exc_info=error)
            await _abort(context, bug(error))

    return call


async def _elsewhere(request: Any, context: Context) -> NoReturn:
    await context.abort(grpc.StatusCode.UNIMPLEMENTED, ELSEWHERE)
    raise AssertionError("abort never returns")


async def _abort(context: Context, problem: Problem) -> NoReturn:
    await context.abort(grpc.StatusCode[problem.title], problem.detail)
    raise AssertionError("abort never returns")


def _said(context: Context, name: str) -> str | None:
    """A header of the call."""
    for key, value in context.invocation_metadata() or ():
        if key == name:
            return value if isinstance(value, str) else value.decode("utf-8", "replace")
    return None
