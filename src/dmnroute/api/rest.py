"""The routes that Camunda Modeler calls over HTTP."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import Message, Receive

from dmnroute.api.answers import document
from dmnroute.api.deployments import COMPATIBLE_WITH, Deployments
from dmnroute.api.problems import Problem, bug, problem_of
from dmnroute.errors import DmnrouteError
from dmnroute.listening import Listening, is_loopback

log = logging.getLogger(__name__)

PART = "resources"
MOST_FILES = 100

Answering: TypeAlias = Callable[[Request, str], Awaitable[JSONResponse]]
"""Answers a request of a caller, whose name is known."""


def rest_app(deployments: Deployments) -> Starlette:
    """`GET /v2/topology` and `POST /v2/deployments`; every other path tells that there is no more here."""
    listening = deployments.door.listening

    async def topology(request: Request, caller: str) -> JSONResponse:
        none = {"brokers": [], "clusterSize": 0, "partitionsCount": 0, "replicationFactor": 0}
        return JSONResponse({**none, "gatewayVersion": COMPATIBLE_WITH})

    async def deploy(request: Request, caller: str) -> JSONResponse:
        files, tenant = await _read(request, listening)
        user_agent = request.headers.get("user-agent", "")
        deployed = await deployments.deploy(files, caller=caller, tenant=tenant, user_agent=user_agent)
        return JSONResponse(document(deployed))

    def guarded(answer: Answering) -> Callable[[Request], Awaitable[JSONResponse]]:
        async def look(request: Request) -> JSONResponse:
            _refuse_browsers(request, listening)
            return await answer(request, deployments.door.caller(request.headers.get("authorization")))

        return look

    return Starlette(
        routes=[
            Route("/v2/topology", guarded(topology), methods=["GET"]),
            Route("/v2/deployments", guarded(deploy), methods=["POST"]),
        ],
        exception_handlers={DmnrouteError: _failed, HTTPException: _refused, Exception: _broken},
    )


async def _read(request: Request, listening: Listening) -> tuple[list[tuple[str, bytes]], str]:
    """The files and the tenant of a deployment."""
    if int(request.headers.get("content-length", "0")) > listening.max_bytes:
        raise _too_large(listening)
    limited = Request(request.scope, _limited(request.receive, listening))
    try:
        async with (
            asyncio.timeout(listening.patience),
            limited.form(max_files=MOST_FILES, max_fields=10, max_part_size=4096) as form,
        ):
            parts = [part for part in form.getlist(PART) if isinstance(part, UploadFile)]
            files = [(part.filename or "", await part.read()) for part in parts]
            tenant = form.get("tenantId", "")
            return files, tenant if isinstance(tenant, str) else ""
    except TimeoutError as error:
        raise HTTPException(408, f"the deployment didn't arrive within {listening.patience:g} seconds") from error


def _limited(receive: Receive, listening: Listening) -> Receive:
    """The body of a request, as far as it isn't too large: it may come without a length, or lie about it."""
    taken = 0

    async def next_message() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > listening.max_bytes:
            raise _too_large(listening)
        return message

    return next_message


def _too_large(listening: Listening) -> HTTPException:
    return HTTPException(413, f"a deployment may have {listening.max_bytes} bytes")


def _refuse_browsers(request: Request, listening: Listening) -> None:
    """A web page must not publish through the browser of somebody who is looking at it.

    Browsers say by `Origin` whose page sends something. A page may also have its own name resolve to this machine.
    """
    if "origin" in request.headers:
        raise HTTPException(403, "web pages can't deploy")
    host = request.headers.get("host", "")
    name = host.rpartition(":")[0] if not host.endswith("]") and ":" in host else host
    if listening.is_private and not listening.has_tokens and not is_loopback(name):
        raise HTTPException(403, f"`{host}` is no name of this machine; ask for `{listening.host}`")


async def _failed(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, DmnrouteError)
    problem = problem_of(error)
    log.info("deployment refused", extra={"status": problem.status, "detail": problem.detail})
    return _answer(request, problem)


async def _refused(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    detail = error.detail.rstrip(".")
    if error.status_code in (404, 405):
        detail = "there is only `GET /v2/topology` and `POST /v2/deployments` here; for all else, ask a broker of Zeebe"
    return _answer(
        request, Problem(error.status_code, TITLES.get(error.status_code, "INVALID_ARGUMENT"), detail, "http")
    )


async def _broken(request: Request, error: Exception) -> JSONResponse:
    log.error("a request has failed", exc_info=error)
    return _answer(request, bug(error))


TITLES = {
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    405: "NOT_FOUND",
    408: "DEADLINE_EXCEEDED",
    413: "RESOURCE_EXHAUSTED",
}


def _answer(request: Request, problem: Problem) -> JSONResponse:
    challenge = {"WWW-Authenticate": 'Basic realm="dmnroute"'} if problem.status == 401 else {}
    return JSONResponse(
        problem.document(request.url.path),
        status_code=problem.status,
        headers=challenge,
        media_type="application/problem+json",
    )
