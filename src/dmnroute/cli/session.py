"""The options that stand before every command, and what they open."""

from __future__ import annotations

from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import typer

from dmnroute.cli import streams

if TYPE_CHECKING:
    from dmnroute.app import App
    from dmnroute.router.engine import Listener
    from dmnroute.routing.ports.store import Store
    from dmnroute.settings import Settings

T = TypeVar("T")

LEVELS = ("info", "debug")
"""The log levels of `-v` and `-vv`."""


@dataclass(frozen=True, slots=True)
class Session:
    """What was said before the command."""

    project: Path | None = None
    url: str | None = None
    verbose: int = 0
    engine: str | None = None

    def settings(self) -> Settings:
        """The settings with these options on top; logging is set up by them."""
        from dmnroute.cli.logs import configure
        from dmnroute.settings import load_settings

        level = LEVELS[min(self.verbose, len(LEVELS)) - 1] if self.verbose else None
        settings = load_settings(project=self.project, store=self.url, log_level=level, engine=self.engine)
        configure(level=settings.log_level, form=settings.log_format)
        return settings

    def on(self, engine: str | None) -> Session:
        """The session with an engine named by a command."""
        return replace(self, engine=engine) if engine else self

    @asynccontextmanager
    async def opened(self, listener: Listener = lambda run, turn: None, *, as_json: bool = False) -> AsyncIterator[App]:
        """The app of this project and store; with `as_json`, stdout is kept for the document that comes after it."""
        from dmnroute.app import open_app

        with streams.for_documents(as_json):
            async with open_app(self.settings(), listener=listener) as app:
                yield app

    @asynccontextmanager
    async def store(self) -> AsyncIterator[Store]:
        """The store alone: what only looks needs neither agents nor tables."""
        from dmnroute.store.open import open_store

        store = await open_store(self.settings().store)
        try:
            yield store
        finally:
            await store.close()


def session_of(context: typer.Context) -> Session:
    """The session that the global options made."""
    assert isinstance(context.obj, Session)
    return context.obj


def wait_for(work: Coroutine[object, object, T], *, goes_on: bool = False) -> T:
    """Run a coroutine to its end. Ctrl-C ends it cleanly; `goes_on` says that runs are open then."""
    import asyncio

    try:
        return asyncio.run(work)
    except KeyboardInterrupt:
        if goes_on:
            streams.note("stopped; `dmnroute resume` goes on")
        raise
