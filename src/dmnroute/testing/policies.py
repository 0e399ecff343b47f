"""Policies that stay as they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dmnroute.dmn import Model
from dmnroute.errors import OperatorError, RouteError, did_you_mean
from dmnroute.routing.canonical import digest_of_bytes
from dmnroute.routing.policy import PolicyVersion
from dmnroute.routing.ports.policies import ShadowVersion
from dmnroute.routing.records.run import Run


@dataclass(frozen=True, slots=True)
class FixedPolicies:
    """One version of each policy, given as models by name."""

    models: Mapping[str, Model]

    async def active(self, name: str, run: Run | None = None) -> PolicyVersion:
        """The version 1, whichever the run. Raises RouteError `unknown_policy`."""
        model = self.models.get(name)
        if model is None:
            message = f"unknown policy `{name}`{did_you_mean(name, self.models)}"
            raise RouteError(message, code="unknown_policy")
        return PolicyVersion(name, 1, digest_of_bytes(model.source), model)

    async def shadow(self, name: str, run: Run) -> ShadowVersion | None:
        """None: nobody publishes here."""
        return None

    async def process(self, name: str) -> str | None:
        """None: nobody publishes here."""
        return None

    async def version(self, name: str, number: int) -> PolicyVersion:
        """The version 1. Raises OperatorError `unknown_version` for any other."""
        if name not in self.models or number != 1:
            raise OperatorError(f"policy `{name}` has no version {number}", code="unknown_version")
        return await self.active(name)
