"""Recorded runs that a command looks at: by id in the store, or files that were exported."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from dmnroute.app import App
    from dmnroute.cli.session import Session
    from dmnroute.routing.catalogue import Catalogue
    from dmnroute.routing.history import History
    from dmnroute.routing.policy import PolicyVersion
    from dmnroute.routing.records.hop import DecisionRecord
    from dmnroute.routing.records.shadow import ShadowHop
    from dmnroute.routing.stored_history import StoredHistory, StoredRuns


@dataclass(frozen=True, slots=True)
class Recorded:
    """A run that was recorded, with what decided it."""

    history: History
    catalogue: Catalogue
    policies: dict[tuple[str, int], PolicyVersion]
    """By name and version."""
    shadows: dict[int, ShadowHop] = field(default_factory=dict)
    """What shadow versions made of its hops, by the hop's number; nothing of it is in a file."""

    def policy(self, decision: DecisionRecord) -> PolicyVersion:
        """The version that took a decision."""
        return self.policies[decision.policy, decision.version]


class Recordings(Protocol):
    """Where recorded runs are found."""

    async def run(self, name: str) -> Recorded:
        """A run by its id or file. Raises OperatorError `unknown_run`, `bad_history`."""
        ...

    async def runs(self, name: str) -> list[Recorded]:
        """All runs of a file, or the one of an id."""
        ...

    async def ids(self, *, policy: str | None = None) -> list[str]:
        """All runs, or those of a policy, the latest first."""
        ...


@asynccontextmanager
async def recordings(session: Session, runs: Sequence[str] = ()) -> AsyncIterator[Recordings]:
    """The store of the session with its agents; where only files are asked for, neither is opened."""
    if runs and all(map(_is_file, runs)):
        yield Files()
        return
    async with session.opened() as app:
        yield Stored(app)


async def together(source: Recordings, names: Sequence[str]) -> StoredRuns:
    """Runs as one file; those that forks were forked from come with them."""
    from dmnroute.routing.stored_history import StoredRuns

    found = [recorded for name in dict.fromkeys(names) for recorded in await source.runs(name)]
    known = {recorded.history.run.id for recorded in found}
    origins = dict.fromkeys(run.id for recorded in found for run in recorded.history.ancestors if run.id not in known)
    found = [*[await source.run(name) for name in origins], *found]
    policies = {key: policy for recorded in found for key, policy in recorded.policies.items()}
    return StoredRuns(
        tuple(recorded.history for recorded in found),
        tuple(policies[key] for key in sorted(policies)),
        found[0].catalogue,
    )


def _is_file(run: str) -> bool:
    return run.endswith(".json") and Path(run).is_file()


def _recorded(stored: StoredHistory) -> Recorded:
    policies = {(policy.name, policy.version): policy for policy in stored.policies}
    return Recorded(stored.history, stored.catalogue, policies)


@dataclass(frozen=True, slots=True)
class Files:
    """Exported runs."""

    async def run(self, name: str) -> Recorded:
        from dmnroute.routing.stored_history import read_history

        return _recorded(read_history(await asyncio.to_thread(Path(name).read_bytes)))

    async def runs(self, name: str) -> list[Recorded]:
        from dmnroute.routing.stored_history import read_runs

        return [_recorded(stored) for stored in read_runs(await asyncio.to_thread(Path(name).read_bytes)).each()]

    async def ids(self, *, policy: str | None = None) -> list[str]:
        return []


@dataclass(frozen=True, slots=True)
class Stored:
    """The runs of a store; agents are those that are loaded now."""

    app: App

    async def run(self, name: str) -> Recorded:
        from dmnroute.cli.driving import with_history

        if _is_file(name):
            return await Files().run(name)
        _, history = await with_history(self.app.store, name)
        keys = {(hop.decision.policy, hop.decision.version) for hop in history.hops}
        policies = {key: await self.app.policies.version(*key) for key in sorted(keys)}
        shadows = {shadow.hop: shadow for shadow in await self.app.store.shadows(history.run.id)}
        return Recorded(history, self.app.registry.catalogue, policies, shadows)

    async def runs(self, name: str) -> list[Recorded]:
        return await Files().runs(name) if _is_file(name) else [await self.run(name)]

    async def ids(self, *, policy: str | None = None) -> list[str]:
        return [state.run.id for state in await self.app.store.states(policy=policy)]
