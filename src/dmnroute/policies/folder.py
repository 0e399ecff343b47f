"""Policies from a folder: saving a file publishes it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dmnroute.dmn import Model, load
from dmnroute.dmn.checks import Finding
from dmnroute.dmn.diff import diff
from dmnroute.errors import DmnrouteError, RouteError, TableError, did_you_mean
from dmnroute.policies.kept import KeptVersions
from dmnroute.routing.canonical import digest_of_bytes
from dmnroute.routing.policy import PolicyVersion
from dmnroute.routing.ports.clock import Clock
from dmnroute.routing.ports.policies import ShadowVersion
from dmnroute.routing.ports.store import Store
from dmnroute.routing.records.run import Run

log = logging.getLogger(__name__)

Check = Callable[[Model], Sequence[Finding]]
"""Gives what is wrong with a policy before it is published."""

Edit = Callable[[Model], Model]
"""Changes a policy after it was read and before it is used."""

Stamp = tuple[int, int, int]


@dataclass(slots=True)
class _Seen:
    """The file as it was looked at last, and the version that is active since."""

    stamp: Stamp
    digest: str
    active: PolicyVersion | None


@dataclass(slots=True)
class FolderPolicies:
    """`<folder>/<name>.dmn` is the policy `<name>`.

    Looked at before each hop: a changed file becomes a new version, kept in the store and announced by its changed
    cells. A broken one is refused, announced with its place, and the version before stays active.
    """

    folder: Path
    store: Store
    clock: Clock
    check: Check
    edit: Edit = lambda model: model
    """What is kept in the store, and decides, is the edited policy; the file stays as it is."""
    _seen: dict[str, _Seen] = field(default_factory=dict, init=False)
    _looking: dict[str, asyncio.Lock] = field(default_factory=dict, init=False)
    _kept: KeptVersions = field(init=False)

    def __post_init__(self) -> None:
        self._kept = KeptVersions(self.store)

    async def active(self, name: str, run: Run | None = None) -> PolicyVersion:
        """The version to decide with now, whichever the run.

        Raises:
            RouteError: `unknown_policy`, or what is wrong with a file that has no earlier version.
        """
        file = self._file(name)
        async with self._looking.setdefault(name, asyncio.Lock()):  # many runs ask at once; one of them looks
            stamp = _stamp(file) if file else None
            if file is None or stamp is None:
                raise self._unknown(name)
            seen = self._seen.get(name)
            if seen is None or seen.stamp != stamp:
                seen = self._seen[name] = await self._look(name, file, stamp, seen)
        if seen.active is None:
            raise _as_route_error(self._broken(file))
        return seen.active

    async def shadow(self, name: str, run: Run) -> ShadowVersion | None:
        """None: nobody publishes here."""
        return None

    async def process(self, name: str) -> str | None:
        """None: nobody publishes here."""
        return None

    async def version(self, name: str, number: int) -> PolicyVersion:
        """A version of before, from the store.

        Raises:
            OperatorError: `unknown_version`.
        """
        return await self._kept.version(name, number)

    async def _look(self, name: str, file: Path, stamp: Stamp, seen: _Seen | None) -> _Seen:
        before = seen.active if seen else await self._latest(name)
        try:
            text = await asyncio.to_thread(file.read_bytes)
        except OSError as error:
            await self._tell_refused(name, _unreadable(file, error), before)
            return _Seen(stamp, "", before)
        digest = digest_of_bytes(text)
        if seen is not None and seen.digest == digest:
            return _Seen(stamp, digest, before)
        try:
            model = self._checked(file, text)
        except DmnrouteError as error:
            await self._tell_refused(name, error, before)
            return _Seen(stamp, digest, before)
        changes = None if before is None else [str(change) for change in diff(before.model, model)]
        stored = await self.store.keep_policy(name, file.name, model.source, at=self.clock.now(), changes=changes)
        active = self._kept.remember(PolicyVersion(name, stored.version, stored.digest, model))
        if before is not None and before.version != active.version:
            log.warning("policy changed", extra={"policy": active.name, "version": active.version})
        return _Seen(stamp, digest, active)

    async def _latest(self, name: str) -> PolicyVersion | None:
        stored = await self.store.policy(name)
        try:
            return None if stored is None else self._kept.load(stored)
        except TableError as error:  # kept by another release, which took what this one refuses
            log.warning("stored policy not usable", extra={"policy": name, "problem": str(error)})
            return None

    def _checked(self, file: Path, text: bytes) -> Model:
        model = self.edit(load(text, name=file.name))
        for finding in self.check(model):
            if finding.severity == "error":
                raise finding.as_error()
        return model

    def _broken(self, file: Path) -> DmnrouteError:
        """What is wrong with a file that no version stands in for; it is read once more, for the error is rare."""
        try:
            self._checked(file, file.read_bytes())
        except DmnrouteError as error:
            return error
        except OSError as error:
            return _unreadable(file, error)
        return TableError(f"policy file `{file.name}` changed while it was read", code="unknown_policy")

    async def _tell_refused(self, name: str, error: DmnrouteError, before: PolicyVersion | None) -> None:
        stays = None if before is None else before.version
        data = {"policy": name, "error": str(error), "code": error.code, "stays": stays}
        await self.store.tell("policy_refused", data, at=self.clock.now())
        log.warning("policy refused", extra={"policy": name, "code": error.code, "stays": stays, "problem": str(error)})

    def _file(self, name: str) -> Path | None:
        """None when the name isn't one of a file in the folder: names come from tables and from users."""
        file = self.folder / f"{name}.dmn"
        return file if file.parent == self.folder and file.stem == name and "\0" not in name else None

    def _unknown(self, name: str) -> RouteError:
        known = sorted(path.stem for path in self.folder.glob("*.dmn"))
        return RouteError(
            f"unknown policy `{name}`{did_you_mean(name, known)}",
            code="unknown_policy",
            hint=f"policies in `{self.folder.name}`: {', '.join(known) or 'none'}",
        )


def _stamp(file: Path) -> Stamp | None:
    """What changes when a file is saved; none when there is no such file."""
    try:
        stat = file.stat()
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_size, stat.st_ino


def _unreadable(file: Path, error: OSError) -> TableError:
    return TableError(f"policy file `{file.name}` can't be read: {error.strerror}", code="unreadable_policy")


def _as_route_error(error: DmnrouteError) -> RouteError:
    if isinstance(error, RouteError):
        return error
    return RouteError(error.message, code=error.code, place=error.place, hint=error.hint)
