"""The runs of a demo: one per document, named so that the same demo never starts one twice."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dmnroute.app import App
from dmnroute.cli.demo.documents import Document
from dmnroute.cli.demo.texts import one_line
from dmnroute.routing.canonical import digest_of_bytes
from dmnroute.routing.records.run import ENDED, RunState

POLICY = "intake"
SESSION_TAG = "demo"
DOCUMENT_TAG = "document"

_NOT_PLAIN = re.compile(r"[^A-Za-z0-9]+")


def fresh_name() -> str:
    """A name for a session that nobody has used."""
    return f"demo-{secrets.token_hex(3)}"


def run_id(session: str, document: Document) -> str:
    """The same for the same document in the same session, wherever the demo is started from."""
    name = _NOT_PLAIN.sub("-", document.path.rpartition("/")[2]).strip("-").lower()[:40]
    return f"{session}.{name or 'document'}-{digest_of_bytes(document.path.encode())[:8]}"


@dataclass(frozen=True, slots=True)
class SessionRuns:
    """All runs of a session."""

    name: str
    states: Mapping[str, RunState]
    """By run id, in the order in which they are driven."""
    continued: bool
    """Whether some were there before."""

    @property
    def documents(self) -> dict[str, str]:
        """Run id → name of the document."""
        return {run: one_line(state.run.tags.get(DOCUMENT_TAG, run)) for run, state in self.states.items()}

    @property
    def open(self) -> list[str]:
        """Runs that may go on; people may have answered one that was escalated."""
        return [run for run, state in self.states.items() if state.status not in ENDED]


async def known_runs(app: App, session: str) -> dict[str, RunState]:
    """The runs that the session has so far, in the order of their start."""
    states = await app.store.states(policy=POLICY, tags={SESSION_TAG: session})
    return {state.run.id: state for state in sorted(states, key=lambda state: (state.run.started, state.run.id))}


async def prepare(app: App, session: str, documents: Sequence[Document]) -> SessionRuns:
    """Start a run for each document, all in one write; a document that has one keeps it. Stopped ones are retried."""
    before = await known_runs(app, session)
    runs = [
        app.router.new_run(
            run_id(session, document),
            POLICY,
            input={"path": document.path},
            tags={SESSION_TAG: session, DOCUMENT_TAG: document.name},
            limits=app.settings.limits,
        )
        for document in documents
    ]
    await app.router.start(runs)
    for run, state in before.items():
        if state.status == "stopped":
            await app.engine_of(state).retry(run)
    after = await known_runs(app, session)
    order = dict.fromkeys([*(run.id for run in runs), *after])
    return SessionRuns(session, {run: after[run] for run in order}, continued=bool(before))
