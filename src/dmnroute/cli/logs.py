"""Structured logs on stderr: text on a terminal, else one JSON object a line.

The engine logs through the standard library, and binds `run` and `hop` to the context: log lines of agents and of
other libraries carry them, too. Passwords of URLs are never written.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any, Literal

import structlog
from structlog.typing import Processor

from dmnroute.cli.errors import without_passwords

SHARED: tuple[Processor, ...] = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.ExtraAdder(),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
)


def configure(*, level: str, form: Literal["auto", "json", "text"]) -> None:
    """Send the log lines of this level and above to stderr; calling it again replaces what was set."""
    as_text = form == "text" or (form == "auto" and sys.stderr.isatty())
    renderer: Processor = structlog.dev.ConsoleRenderer(colors=False) if as_text else _as_json
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=SHARED,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _without_secrets, renderer],
    )
    handler = _Stderr()
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [*(other for other in root.handlers if not isinstance(other, _Stderr)), handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("dmnroute").setLevel(level.upper())
    _let_agents_use_structlog(level)


class _Stderr(logging.StreamHandler[Any]):
    """Writes to what stderr is at that moment: a live screen may have put itself before it."""

    @property
    def stream(self) -> Any:
        return sys.stderr

    @stream.setter
    def stream(self, stream: Any) -> None:
        """Nothing else than stderr is written to."""


def _let_agents_use_structlog(level: str) -> None:
    """Agents that log by structlog itself go the same way."""
    structlog.configure(
        processors=[*SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        cache_logger_on_first_use=False,
    )


def _as_json(logger: Any, method: str, event: MutableMapping[str, Any]) -> str:
    return str(structlog.processors.JSONRenderer(default=str, ensure_ascii=False)(logger, method, event))


def _without_secrets(logger: Any, method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    return {name: without_passwords(value) if isinstance(value, str) else value for name, value in event.items()}
