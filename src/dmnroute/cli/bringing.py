"""Bring tables through the gate, with what belongs to it: a process of their own, and runs that may go on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dmnroute.cli import streams
from dmnroute.cli.publishing import ALWAYS, Span, gate_of, versions_of
from dmnroute.cli.stopped_runs import Offered, offer_retry, tell_offered
from dmnroute.cli.views.publications import publication_document, tell_publication

if TYPE_CHECKING:
    from dmnroute.app import App
    from dmnroute.cli.session import Session
    from dmnroute.policies.versions import Asked
    from dmnroute.publishing.draft import Draft
    from dmnroute.publishing.publish import Goal


@dataclass(frozen=True, slots=True)
class Bringing:
    """How tables are published, and what is told of it."""

    session: Session
    by: Asked
    goal: Goal = "active"
    span: Span = ALWAYS
    retry: bool = False
    """Whether runs that a mistake in the policy stopped go on."""
    process: bool = False
    """Whether the policy gets a process of its own, also where the settings don't say so."""
    as_json: bool = False

    async def bring(self, app: App, drafts: Sequence[Draft]) -> list[dict[str, Any]]:
        """Publish them, say so, and answer what came of each.

        Raises:
            OperatorError: `broker_unavailable`, where a process is to be deployed; nothing is published then.
        """
        from dmnroute.publishing.own_process import deploy_own_process
        from dmnroute.publishing.publish import publish

        process = self.goal == "active" and (self.process or app.settings.own_processes)
        if drafts and process:  # a broker that is away says so while nothing is published yet
            await app.gateway.reach()
        gate, versions, documents = gate_of(app), versions_of(app.settings, app.store), []
        for draft in drafts:
            starts, ends = self.span
            found = await publish(draft, gate, versions, self.by, goal=self.goal, starts=starts, ends=ends)
            if not self.as_json:
                tell_publication(found, self.span)
            own = await deploy_own_process(app.gateway, versions, found, self.by) if process else None
            if own is not None and not self.as_json:
                streams.say(f"  runs of its own process on Zeebe: `{own}`")
            offered = await self._offer(app, found.policy) if found.state == "active" else Offered()
            documents.append(publication_document(found) | {"process": own} | offered.document())
        return documents

    async def _offer(self, app: App, policy: str) -> Offered:
        offered = await offer_retry(self.session, app.store, policy, retry=self.retry, as_json=self.as_json)
        if not self.as_json:
            tell_offered(offered)
        return offered
