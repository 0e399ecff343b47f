"""Talk to the management interface and the REST API of a broker on this machine, by the standard library."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any

TIMEOUT = 5.0
"""Seconds for one answer."""

_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
"""Never by a proxy: everything is on this machine."""


class NoAnswerError(Exception):
    """Nobody answers, or not what was asked."""


def get(url: str) -> Any:
    """The JSON at a URL.

    Raises:
        NoAnswerError: no answer, a refusal, or something else than JSON.
    """
    return _ask(urllib.request.Request(url))


def post(url: str, body: Any) -> Any:
    """The JSON that comes back for some JSON.

    Raises:
        NoAnswerError: no answer, a refusal, or something else than JSON.
    """
    content = json.dumps(body).encode()
    return _ask(urllib.request.Request(url, data=content, headers={"Content-Type": "application/json"}, method="POST"))


def _ask(request: urllib.request.Request) -> Any:
    try:
        with _DIRECT.open(request, timeout=TIMEOUT) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            raise NoAnswerError(f"{error.code} {error.reason}") from error
    except (OSError, ValueError) as error:
        raise NoAnswerError(str(error)) from error
