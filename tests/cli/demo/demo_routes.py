"""Compare two demos: did every document take the same way?

Also a script: `python demo_routes.py STORE SESSION OTHER_SESSION [OTHER_STORE]` prints what differs, and exits 1 then.
"""

from __future__ import annotations

import asyncio
import sys
from collections import Counter

from dmnroute.routing.ports.store import Store
from dmnroute.store.open import open_store

Route = list[tuple[tuple[str, ...], tuple[tuple[str, int], ...]]]
"""For each hop: the agents, and the rules that matched in all decisions."""


async def routes(store: Store, session: str) -> dict[str, Route]:
    """The way of each document of a session, by path."""
    found: dict[str, Route] = {}
    for state in await store.states(tags={"demo": session}):
        history = await store.history(state.run.id)
        assert history is not None
        found[state.run.input["path"]] = [
            (
                tuple(step.agent for step in hop.decision.plan.steps),
                tuple((hit.decision, hit.rule) for hit in hop.decision.rules),
            )
            for hop in history.hops
        ]
    return found


async def repeated_steps(store: Store, session: str) -> list[str]:
    """Steps whose end was recorded more than once: there must be none."""
    runs = {state.run.id for state in await store.states(tags={"demo": session})}
    ended: Counter[str] = Counter()
    after = 0
    while events := await store.events(after=after):
        after = events[-1].number
        ended.update(e.data["step"] for e in events if e.kind == "step_ended" and e.run in runs)
    return [step for step, count in ended.items() if count > 1]


def differences(one: dict[str, Route], other: dict[str, Route]) -> list[str]:
    """Documents that took another way, or are missing on one side."""
    return sorted(path for path in one.keys() | other.keys() if one.get(path) != other.get(path))


async def _compare(url: str, session: str, other: str, other_url: str) -> int:
    store, second = await open_store(url), await open_store(other_url)
    try:
        one, two = await routes(store, session), await routes(second, other)
        different = differences(one, two)
        again = [*await repeated_steps(store, session), *await repeated_steps(second, other)]
    finally:
        await store.close()
        await second.close()
    print(f"{len(one)} and {len(two)} documents, {len(different)} routes differ, {len(again)} steps recorded twice")
    for path in different:
        print(path, one.get(path), two.get(path), sep="\n  ")
    return 1 if different or again else 0


if __name__ == "__main__":
    url, session, other, *rest = sys.argv[1:]
    sys.exit(asyncio.run(_compare(url, session, other, rest[0] if rest else url)))
