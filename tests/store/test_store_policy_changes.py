"""Every store keeps versions by their content, and the audit log of what was done with them."""

from __future__ import annotations

import asyncio
from datetime import timedelta, timezone
from decimal import Decimal
from typing import Any

from tests.store.samples import START, kinds, later

from dmnroute.routing.ports.store import Store
from dmnroute.routing.records.policy_change import PolicyChange


def change(number: int = 1, **fields: Any) -> PolicyChange:
    usual = {"policy": "intake", "number": number, "kind": "verify", "version": 1, "who": "ann", "at": later(number)}
    return PolicyChange(**usual | fields)


async def test_a_version_is_known_by_its_content(store: Store) -> None:
    """The same text is the same version, whatever was kept in between; nothing is told of it."""
    first = await store.add_version("intake", "intake.dmn", b"one", at=START)
    second = await store.add_version("intake", "intake.dmn", b"two", at=later(1))
    assert (first.version, second.version) == (1, 2)
    assert await store.add_version("intake", "other.dmn", b"one", at=later(2)) == first
    assert (await store.add_version("returns", "returns.dmn", b"one", at=START)).version == 1
    assert await kinds(store) == []


async def test_a_change_is_read_back_as_it_was_made(store: Store) -> None:
    """With everything that its kind needs, times in UTC; and told by an event, but for the text of a guard."""
    zone = timezone(timedelta(hours=2))
    made = change(
        kind="canary",
        version=2,
        tenant="acme",
        why="a <try> é",
        base=1,
        changes=("Route rule 1, agent: `a` → `b`",),
        share=Decimal("0.05"),
        tenants=("acme", "globex"),
        guard="<definitions/>",
        starts=later(5).astimezone(zone),
        ends=later(9),
    )
    assert await store.change_policy(made)
    assert await store.policy_changes("intake") == [made]
    event = (await store.events())[0]
    assert (event.kind, event.at, event.run) == ("policy_transition", later(1), None)
    assert event.data == {
        "policy": "intake",
        "number": 1,
        "kind": "canary",
        "version": 2,
        "tenant": "acme",
        "who": "ann",
        "why": "a <try> é",
        "base": 1,
        "changes": ["Route rule 1, agent: `a` → `b`"],
        "share": Decimal("0.05"),
        "tenants": ["acme", "globex"],
        "starts": later(5).isoformat(),
        "ends": later(9).isoformat(),
        "guarded": True,
    }


async def test_changes_are_numbered_without_a_gap(store: Store) -> None:
    """One that isn't the next is refused, and leaves nothing behind."""
    assert await store.change_policy(change(1))
    assert not await store.change_policy(change(1, who="bob"))
    assert not await store.change_policy(change(3))
    assert await store.change_policy(change(1, policy="returns"))
    assert await store.change_policy(change(2))
    assert [each.number for each in await store.policy_changes("intake")] == [1, 2]
    assert [each.number for each in await store.policy_changes("intake", after=1)] == [2]
    assert await store.policy_changes("unknown") == []
    assert await store.published() == ["intake", "returns"]
    assert await kinds(store) == ["policy_transition"] * 3


async def test_of_many_who_change_at_once_one_is_first(store: Store, other: Store) -> None:
    """All others are told that they were too late; two versions never share a number."""
    makers = [store if number % 2 else other for number in range(8)]
    done = await asyncio.gather(*(each.change_policy(change(1, version=n)) for n, each in enumerate(makers)))
    assert sum(done) == 1
    texts = [b"text %d" % (number // 2) for number in range(8)]
    at_once = (each.add_version("intake", "i.dmn", text, at=START) for each, text in zip(makers, texts, strict=True))
    kept = await asyncio.gather(*at_once)
    assert sorted({each.version for each in kept}) == [1, 2, 3, 4]
    assert len({(each.version, each.text) for each in kept}) == 4
