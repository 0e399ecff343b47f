"""A whole demo: start the runs, drive them, tell what happens, and look back."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from dmnroute.agents.registry import Registry
from dmnroute.app import App, load_agents, open_app
from dmnroute.cli.demo.audit import audit
from dmnroute.cli.demo.board import Board
from dmnroute.cli.demo.change import Change, apply_all
from dmnroute.cli.demo.displays import Display
from dmnroute.cli.demo.documents import Document, find_documents, sample_documents
from dmnroute.cli.demo.events import Event, Started
from dmnroute.cli.demo.policy_news import PolicyNews
from dmnroute.cli.demo.session import POLICY, SessionRuns, known_runs, prepare
from dmnroute.cli.demo.story import Narrator
from dmnroute.cli.demo.summary import Summary
from dmnroute.cli.demo.table import table_view
from dmnroute.dmn import Model, load
from dmnroute.errors import UsageError
from dmnroute.policies.folder import FolderPolicies
from dmnroute.project import Project, find_project, shipped_project
from dmnroute.router.clock import SystemClock
from dmnroute.router.crowd import drive_all
from dmnroute.router.turn import Turn
from dmnroute.routing.canonical import digest_of_bytes
from dmnroute.routing.checks import check_policy
from dmnroute.routing.policy import PolicyVersion
from dmnroute.routing.ports.policies import PolicySource
from dmnroute.routing.ports.store import Store
from dmnroute.settings import Settings


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked for."""

    session: str
    paths: Sequence[Path] = ()
    """Empty: the shipped samples, or what the session has."""
    limit: int | None = None
    changes: tuple[Change, ...] = ()
    program: Sequence[str] = ("dmnroute",)
    """The words before the command `demo`."""
    engine: str | None = None

    def again(self, *, engine: str | None = None) -> list[str]:
        """The command that gives the same demo once more, but for its changes; on another engine where one is named."""
        limit = [] if self.limit is None else ["--limit", str(self.limit)]
        wanted = engine or self.engine
        return [*self.program, "demo", *map(str, self.paths), *limit, *(["--engine", wanted] if wanted else [])]


@dataclass(slots=True)
class Demo:
    """One demo while it runs."""

    wish: Wish
    settings: Settings
    board: Board
    display: Display
    clock: Callable[[], float] = time.monotonic
    _narrator: Narrator = field(default_factory=lambda: Narrator({}), init=False)

    async def run(self) -> int:
        """Show the demo; the exit code. Raises UsageError, TableError and OperatorError before anything starts."""
        if self.wish.changes and self.settings.engine != "local":
            raise UsageError(
                "`--set` changes the policy of this process, and the routers of Zeebe are others",
                code="set_elsewhere",
                hint="`--engine local` routes here",
            )
        project = demo_project(self.settings)
        registry = load_agents(project, self.settings.agents)
        file = project.policies / f"{POLICY}.dmn"
        unchanged = _unchanged(file, self.wish.changes, registry) if self.wish.changes else None
        async with self._opened(project, registry) as app:
            documents = await self._documents(app, project)
            with self.display.shown():
                summary = await self._shown(app, documents, file, unchanged)
        self.display.finish(summary)
        return summary.exit_code

    @asynccontextmanager
    async def _opened(self, project: Project, registry: Registry) -> AsyncIterator[App]:
        clock = SystemClock()

        def policies(store: Store) -> PolicySource:
            return FolderPolicies(
                project.policies,
                store,
                clock,
                check=lambda model: check_policy(model, registry.catalogue),
                edit=lambda model: apply_all(model, self.wish.changes),
            )

        opened = open_app(
            self.settings, project=project, registry=registry, clock=clock, policies=policies, listener=self._turned
        )
        async with opened as app:
            if self.settings.engine == "local":
                yield app
                return
            from dmnroute.zeebe.serving import serving  # gRPC takes long to load

            async with serving(await app.workers(router=True, agents=True)):
                yield app

    async def _documents(self, app: App, project: Project) -> list[Document]:
        """Those asked for; none when a session goes on with what it has."""
        if self.wish.paths:
            return find_documents(self.wish.paths, limit=self.wish.limit)
        if await known_runs(app, self.wish.session):
            return []
        return find_documents(sample_documents(project.workers / POLICY / "samples"), limit=self.wish.limit)

    async def _shown(self, app: App, documents: list[Document], file: Path, unchanged: PolicyVersion | None) -> Summary:
        began, cpu = self.clock(), time.process_time()
        news = PolicyNews(app, self.clock, since=app.router.clock.now())
        runs = await prepare(app, self.wish.session, documents)
        policy = await app.policies.active(POLICY)
        self._narrator = Narrator(runs.documents, policy.route)
        self._tell(
            Started(
                at=began,
                session=self.wish.session,
                policy=POLICY,
                version=policy.version,
                file=_shown_path(file),
                documents=len(runs.states),
                changes=tuple(map(str, self.wish.changes)),
                continued=runs.continued,
                table=table_view(policy.model, policy.route),
            )
        )
        await self._tell_earlier(app, runs)
        await news.begin_at(next(iter(runs.states)), policy.version)
        async with _beside(self.display.keep_drawing(), news.follow(self._tell)):
            await self._drive(app, runs)
            await news.look(self._tell)
            seconds, cpu = self.clock() - began, time.process_time() - cpu
            latest = await app.policies.version(POLICY, self.board.version)
            found = await audit(app, runs.documents, latest, unchanged=unchanged, tell=self.display.busy)
        return Summary(
            board=self.board,
            audit=found,
            documents=runs.documents,
            # It is run with changes, and those are made by routers of this process.
            again=self.wish.again(engine=None if self.settings.engine == "local" else "local"),
            changes=self.wish.changes,
            seconds=seconds,
            cpu_seconds=cpu,
            missing=_missing(app.registry, found.unavailable),
        )

    async def _drive(self, app: App, runs: SessionRuns) -> None:
        async for run, status in drive_all(app.drive, runs.open, at_once=self.settings.runs_at_once):
            if self._narrator.has_ended(run):
                continue
            await self._look(app, run)  # another process may have ended it
            if not self._narrator.has_ended(run) and status in ("running", "waiting"):
                self._tell(self._narrator.elsewhere(run, at=self.clock()))

    async def _tell_earlier(self, app: App, runs: SessionRuns) -> None:
        """What happened before this process began counts, too."""
        for run, state in runs.states.items():
            if state.hop:
                await self._look(app, run, earlier=True)

    async def _look(self, app: App, run: str, *, earlier: bool = False) -> None:
        state, history = await app.store.state(run), await app.store.history(run)
        assert state is not None
        assert history is not None
        turn = Turn(history, state.status, stop=state.stop, result=state.result)
        self._turned(run, turn, earlier=earlier)

    def _turned(self, run: str, turn: Turn, *, earlier: bool = False) -> None:
        for event in self._narrator.tell(run, turn, at=self.clock(), earlier=earlier):
            self._tell(event)

    def _tell(self, event: Event) -> None:
        self.board.take(event)
        self.display.show(event)


def demo_project(settings: Settings) -> Project:
    """The project in use where it has the policy of the demo, else the shipped one."""
    project = find_project(settings.project)
    has_policy = (project.policies / f"{POLICY}.dmn").is_file()
    return project if has_policy or settings.project is not None else shipped_project()


def _unchanged(file: Path, changes: Sequence[Change], registry: Registry) -> PolicyVersion:
    """The policy as the file says it. Raises what is wrong with the changes: such a demo doesn't start."""
    model = load(file)
    _refuse_errors(apply_all(model, tuple(changes)), registry)
    return PolicyVersion(POLICY, 0, digest_of_bytes(model.source), model)


def _refuse_errors(model: Model, registry: Registry) -> None:
    for finding in check_policy(model, registry.catalogue):
        if finding.severity == "error":
            raise finding.as_error()


def _missing(registry: Registry, agents: Iterable[str]) -> dict[str, tuple[str, ...]]:
    return {name: tuple(registry.agents[name].missing) for name in sorted(agents) if name in registry.agents}


def _shown_path(file: Path) -> str:
    """As short as it can be said from here."""
    try:
        return str(file.relative_to(Path.cwd()))
    except ValueError:
        return str(file)


@asynccontextmanager
async def _beside(*works: Coroutine[object, object, None]) -> AsyncIterator[None]:
    """Let coroutines run beside the body, and no longer."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task
