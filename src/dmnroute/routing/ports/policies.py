"""Where versions of policies are kept, and where the active one comes from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from dmnroute.errors import DmnrouteError
from dmnroute.routing.policy import PolicyVersion
from dmnroute.routing.records.policy_change import PolicyChange
from dmnroute.routing.records.run import Run


@dataclass(frozen=True, slots=True)
class StoredPolicy:
    """A version of a policy as it was loaded."""

    name: str
    version: int
    digest: str
    file: str
    text: bytes
    loaded: datetime


@dataclass(frozen=True, slots=True)
class ShadowVersion:
    """A version that is asked beside the active one."""

    number: int
    tenant: str
    """Whose shadow it is: that of the run's own tenant, or of the default one."""
    policy: PolicyVersion | DmnrouteError
    """Or why it can't be loaded."""


class PolicySource(Protocol):
    """Where the active version of a policy comes from."""

    async def active(self, name: str, run: Run | None = None) -> PolicyVersion:
        """The version to decide a run with now, or, of no run, those of most. Raises RouteError `unknown_policy`."""
        ...

    async def shadow(self, name: str, run: Run) -> ShadowVersion | None:
        """The version to ask beside the one that decides a run. What is wrong with it is never raised."""
        ...

    async def process(self, name: str) -> str | None:
        """The id of the BPMN process of this policy alone, where one was deployed."""
        ...

    async def version(self, name: str, number: int) -> PolicyVersion:
        """A version that was active once, for replay. Raises OperatorError `unknown_version`."""
        ...


class PolicyStore(Protocol):
    """The versions of policies."""

    async def keep_policy(
        self, name: str, file: str, text: bytes, *, at: datetime, changes: Sequence[str] | None = None
    ) -> StoredPolicy:
        """Keep a version of a policy: the latest one when its text is the same, else a new one, numbered from 1.

        A new one is told by the event `policy_changed`, with its changes where they are known.
        """
        ...

    async def policy(self, name: str, version: int | None = None) -> StoredPolicy | None:
        """A version of a policy; the latest one when none is named."""
        ...

    async def add_version(self, name: str, file: str, text: bytes, *, at: datetime) -> StoredPolicy:
        """The version of a policy with this very text; a new one when there is none. Nothing is told of it yet."""
        ...

    async def change_policy(self, change: PolicyChange) -> bool:
        """Add a change to the audit log of its policy, told by the event `policy_transition`.

        False, and nothing is kept, when its number isn't the next one: somebody else was faster.
        """
        ...

    async def policy_changes(self, name: str, *, after: int = 0) -> list[PolicyChange]:
        """The audit log of a policy, in order; only what has a greater number than `after`."""
        ...

    async def published(self) -> list[str]:
        """The names of policies that have an audit log, sorted."""
        ...
