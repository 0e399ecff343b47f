"""Versions of policies as the store keeps them, loaded once."""

from __future__ import annotations

from dataclasses import dataclass, field

from dmnroute.dmn import load
from dmnroute.errors import OperatorError
from dmnroute.routing.policy import PolicyVersion
from dmnroute.routing.ports.policies import StoredPolicy
from dmnroute.routing.ports.store import Store


@dataclass(frozen=True, slots=True)
class KeptVersions:
    """Loads each version once: versions never change."""

    store: Store
    _loaded: dict[tuple[str, int], PolicyVersion] = field(default_factory=dict, init=False)

    async def version(self, name: str, number: int) -> PolicyVersion:
        """A version by its number.

        Raises:
            OperatorError: `unknown_version`.
            TableError: this release can't load what another one kept.
        """
        known = self._loaded.get((name, number))
        if known is None:
            stored = await self.store.policy(name, number)
            if stored is None:
                raise OperatorError(f"policy `{name}` has no version {number}", code="unknown_version")
            known = self.load(stored)
        return known

    def load(self, stored: StoredPolicy) -> PolicyVersion:
        """The version as it was kept. Raises TableError."""
        model = load(stored.text, name=stored.file)
        return self.remember(PolicyVersion(stored.name, stored.version, stored.digest, model))

    def remember(self, version: PolicyVersion) -> PolicyVersion:
        """Keep a version that is loaded already; the first one stays."""
        return self._loaded.setdefault((version.name, version.version), version)
