"""Versions of policies in memory, and their audit logs."""

from __future__ import annotations

from datetime import datetime

from dmnroute.routing.canonical import digest_of_bytes
from dmnroute.routing.ports.policies import StoredPolicy
from dmnroute.routing.records.policy_change import PolicyChange


class MemoryPolicies:
    """Both are only ever added to."""

    def __init__(self) -> None:
        self.versions: dict[str, list[StoredPolicy]] = {}
        self.changes: dict[str, list[PolicyChange]] = {}

    def keep(self, name: str, file: str, text: bytes, *, at: datetime) -> tuple[StoredPolicy, bool]:
        """The latest version when its text is the same, else a new one; and whether it is new."""
        latest = self.find(name, None)
        if latest is not None and latest.text == text:
            return latest, False
        return self._new(name, file, text, at), True

    def add(self, name: str, file: str, text: bytes, *, at: datetime) -> StoredPolicy:
        """Any version with the same text, else a new one."""
        same = (each for each in self.versions.get(name, ()) if each.text == text)
        return next(same, None) or self._new(name, file, text, at)

    def find(self, name: str, version: int | None) -> StoredPolicy | None:
        versions = self.versions.get(name, [])
        number = len(versions) if version is None else version
        return versions[number - 1] if 1 <= number <= len(versions) else None

    def change(self, change: PolicyChange) -> bool:
        """False when it isn't the next one."""
        log = self.changes.get(change.policy, [])
        if change.number != len(log) + 1:
            return False
        self.changes[change.policy] = [*log, change]
        return True

    def _new(self, name: str, file: str, text: bytes, at: datetime) -> StoredPolicy:
        versions = self.versions.setdefault(name, [])
        versions.append(StoredPolicy(name, len(versions) + 1, digest_of_bytes(text), file, text, at))
        return versions[-1]
