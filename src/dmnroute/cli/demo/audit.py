"""After the demo: take every recorded decision once more, and see what another threshold would have changed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from dmnroute.app import App
from dmnroute.routing.checks import check_policy
from dmnroute.routing.history import History
from dmnroute.routing.policy import PolicyVersion
from dmnroute.routing.replay import replay
from dmnroute.routing.what_if import Search, Trial, WhatIf, first_divergence

MOST_SEARCHED = 400
"""So many documents, evenly chosen, are looked at in search of a telling threshold."""
LARGEST_SEARCH = 3000
"""Decisions that the search may take anew; then the best so far is told."""


@dataclass(slots=True)
class Audit:
    """What came of taking all decisions once more."""

    decisions: int = 0
    identical: int = 0
    differences: list[str] = field(default_factory=list)
    """In words: document, hop, and what is different."""
    what_if: WhatIf | None = None
    unavailable: set[str] = field(default_factory=set)
    """Agents that were asked for and can't run here."""
    rerouted: list[str] = field(default_factory=list)
    """Runs that go another way because of `--set`."""


async def audit(
    app: App,
    documents: dict[str, str],
    policy: PolicyVersion,
    *,
    unchanged: PolicyVersion | None = None,
    tell: Callable[[str], None] = lambda words: None,
) -> Audit:
    """Replay every decision with its stored version of the policy, and search for the threshold that tells most.

    Histories are read one after the other, for all of them may not fit into memory. `unchanged` is the policy
    without `--set`: the runs that it would have sent another way are named. `tell` is told what is being done.
    """
    found = Audit()
    search = Search(policy, app.registry.catalogue)
    every = -(-len(documents) // MOST_SEARCHED)
    for number, run in enumerate(documents, 1):
        tell(f"taking every decision once more: document {number} of {len(documents)}")
        history = await app.store.history(run)
        if history is not None:
            await _replay(app, history, documents[run], found)
            found.unavailable |= {o.agent for o in history.outcomes() if o.error and o.error.kind == "unavailable"}
            if number % every == 0:
                search.look(history)
            if unchanged is not None and first_divergence(history, unchanged, app.registry.catalogue) is not None:
                found.rerouted.append(run)
        await asyncio.sleep(0)
    tell("looking for the threshold that tells most")
    found.what_if = await _searched(app, search)
    return found


async def _replay(app: App, history: History, document: str, found: Audit) -> None:
    versions = {
        key: await app.policies.version(*key)
        for key in {(hop.decision.policy, hop.decision.version) for hop in history.hops}
    }
    for number in range(1, len(history.hops) + 1):
        again = replay(
            history,
            number,
            policy=lambda decision: versions[decision.policy, decision.version],
            catalogue=app.registry.catalogue,
        )
        found.decisions += 1
        if again.identical:
            found.identical += 1
        else:
            found.differences.append(f"{document}, hop {number}: {'; '.join(map(str, again.differences))}")


async def _searched(app: App, search: Search) -> WhatIf | None:
    budget = LARGEST_SEARCH
    for trial in search.trials():
        await _decide(app, trial)
        trial.accepted = not _has_errors(app, trial.policy)
        budget -= sum(map(len, trial.hops.values()))
        if budget < 0:
            break
    return search.best


async def _decide(app: App, trial: Trial) -> None:
    for run in trial.hops:
        history = await app.store.history(run)
        assert history is not None
        trial.decide(history)
        await asyncio.sleep(0)


def _has_errors(app: App, policy: PolicyVersion) -> bool:
    """Whether saving this policy would be refused."""
    return any(finding.severity == "error" for finding in check_policy(policy.model, app.registry.catalogue))


def names_of(runs: Iterable[str], documents: dict[str, str], *, at_most: int = 3) -> str:
    """`a.pdf, b.pdf and 4 more`."""
    names: Sequence[str] = [documents[run] for run in runs]
    more = len(names) - at_most
    return ", ".join(names[:at_most]) + (f" and {more} more" if more > 0 else "")
