"""Another process at the same store: `driver.py URL COMMAND …`."""

from __future__ import annotations

import asyncio
import sys
from decimal import Decimal

from tests.store.budgeting import day, end, send
from tests.store.samples import START, decision, hop, later, outcome, run, write

from dmnroute.errors import OperatorError
from dmnroute.routing.amounts import Amounts
from dmnroute.routing.ports.store import Store
from dmnroute.store.open import open_store


async def drive(store: Store, hops: str, *names: str) -> None:
    """Hop and record, so many times, in each run; say each hop that is done."""
    await store.create([run(name) for name in names])

    async def one(name: str) -> None:
        for number in range(1, int(hops) + 1):
            await write(store, hop(decision(name, number)), name=name)
            await store.record(outcome(f"{name}/{number}.1", cost=Decimal("0.1")), at=START)
            say(f"{name} {number}")

    await asyncio.gather(*(one(name) for name in names))


async def compete(store: Store, hops: str, name: str) -> None:
    """Decide whatever hop comes next, until so many are decided; say how many were decided here."""
    done = 0
    while True:
        async with store.locked(name) as locked:
            if locked.state.hop == int(hops):
                break
            await locked.write(hop(decision(name, locked.state.hop + 1)))
            done += 1
    say(str(done))


async def hold(store: Store, name: str) -> None:
    """Hold a run with a hop that isn't committed, until killed."""
    async with store.locked(name) as locked:
        await locked.write(hop(decision(name)))
        say("held")
        await asyncio.Event().wait()


async def lease(store: Store, name: str, owner: str) -> None:
    """Try to get the lease on a run."""
    say(str(await store.acquire(name, owner, now=START, until=later(60))))


async def spend(store: Store, hops: str, name: str) -> None:
    """Send steps that want 0.05 USD and cost 0.04, so many; say each."""
    await store.create([run(name)])
    for number in range(1, int(hops) + 1):
        refused = await send(store, day(), "0.05", run=name, number=number)
        if not refused:
            await store.spend(f"{name}/{number}.1", Amounts(cost=Decimal("0.04")), key="a", at=START)
            await end(store, f"{name}/{number}.1", "0.04")
        say(f"{name} {number} {len(refused)}")


def say(text: str) -> None:
    print(text, flush=True)


async def main(url: str, command: str, *arguments: str) -> None:
    try:
        store = await open_store(url)
    except OperatorError as error:
        sys.exit(str(error))
    await {"drive": drive, "compete": compete, "hold": hold, "lease": lease, "spend": spend}[command](store, *arguments)
    await store.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
