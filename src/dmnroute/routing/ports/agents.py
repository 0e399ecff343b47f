"""Where it is kept which agents there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class KnownAgent:
    """A version of an agent that some process has loaded."""

    name: str
    version: str
    schemas: dict[str, Any]
    """JSON Schemas, by `input` and `output`."""
    seen: datetime
    """When a process said last that it has it."""


class AgentStore(Protocol):
    """The agents that processes have loaded."""

    async def see(self, agents: Sequence[KnownAgent]) -> None:
        """Keep the agents that a process has loaded; what was known of the same version before is replaced."""
        ...

    async def agents(self) -> list[KnownAgent]:
        """Every version of an agent that was ever seen, by name and version."""
        ...
