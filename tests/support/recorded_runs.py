"""Runs that were really routed, with agents that answer at random but always the same: what reports are tested on."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random

from tests.support.tables import model, table

from dmnroute.dmn import Model, load
from dmnroute.router.router import Router
from dmnroute.routing.canonical import digest_of_bytes
from dmnroute.routing.catalogue import AgentSpec, Catalogue
from dmnroute.routing.policy import PolicyVersion
from dmnroute.routing.ports.store import Store
from dmnroute.routing.records.run import Limits, Run
from dmnroute.routing.records.step import PEOPLE, Outcome, PlannedStep, StepError

START = datetime(2026, 3, 1, 12, tzinfo=UTC)

CATALOGUE = Catalogue(
    {
        name: AgentSpec(
            name, frozenset({"text", "effort"}), frozenset(), frozenset({"score", "kind"}), cost=Decimal("0.01")
        )
        for name in ("read", "reread", "judge")
    }
)

COLUMNS = ("agent", "action", "group", "effort", "result", "reason")
NULL = "null"


def policy(
    *, doubt: str = "0.6", score: str = "50", late: str = "0.8", first: str = '"read"', hops: str = "6"
) -> Model:
    """Read a text, read it again while in doubt, judge it, and ask people at last."""
    grade = table(
        "Grade",
        ["steps.read.confidence", "facts.score"],
        ["grade"],
        [
            ["null", "-", '"none"', "nothing is known"],
            [f"< {doubt}", "-", '"doubtful"', "in doubt"],
            ["-", f">= {score}", '"good"', "a good score"],
            ["-", "-", '"poor"', "all others"],
        ],
    )
    rules = [
        ["-", "-", "-", f"> {hops}", NULL, '"escalate"', '"desk"', NULL, NULL, '"too long"', "too long"],
        ["-", "-", f"> {late}", "-", NULL, '"escalate"', '"desk"', NULL, NULL, '"late"', "late"],
        ['"start"', "-", "-", "-", first, NULL, NULL, NULL, NULL, '"new"', "new"],
        ['"failed"', "-", "-", "-", '"reread"', NULL, NULL, "2", NULL, '"failed before"', "failed"],
        ["-", '"doubtful"', "-", "-", '["reread", "judge"]', NULL, NULL, NULL, NULL, '"in doubt"', "in doubt"],
        ["-", '"good"', "-", "-", NULL, '"complete"', NULL, NULL, "{score: facts.score}", NULL, "good"],
        ["-", '"poor"', "-", "< 3", '"judge"', NULL, NULL, "run.hop", NULL, NULL, "poor"],
        ["-", "-", "-", "-", NULL, '"fail"', NULL, NULL, NULL, '"poor"', "given up"],
    ]
    route = table("Route", ["last.status", "Grade", "slo.ratio", "run.hop"], COLUMNS, rules, requires=["Grade"])
    return load(model(grade, route).encode(), name="texts.dmn")


def version_of(tables: Model, number: int = 99) -> PolicyVersion:
    """The tables as a version that nobody has published."""
    return PolicyVersion("texts", number, digest_of_bytes(tables.source), tables)


@dataclass(slots=True)
class Policies:
    """Versions that are kept in the store; the latest is active."""

    store: Store
    versions: list[PolicyVersion] = field(default_factory=list)

    async def publish(self, tables: Model) -> PolicyVersion:
        stored = await self.store.keep_policy("texts", "texts.dmn", tables.source, at=START)
        self.versions.append(PolicyVersion("texts", stored.version, stored.digest, tables))
        return self.versions[-1]

    async def active(self, name: str, run: Run | None = None) -> PolicyVersion:
        return self.versions[-1]

    async def shadow(self, name: str, run: Run) -> None:
        return None

    async def process(self, name: str) -> None:
        return None

    async def version(self, name: str, number: int) -> PolicyVersion:
        return self.versions[number - 1]


@dataclass(slots=True)
class JumpingClock:
    """Time goes on when somebody says so."""

    time: datetime = START

    def now(self) -> datetime:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)
        await asyncio.sleep(0)


@dataclass(slots=True)
class Recorder:
    """Routes runs to their end."""

    store: Store
    policies: Policies
    random: Random
    clock: JumpingClock = field(default_factory=JumpingClock)
    prefix: str = "run"

    async def record(self, count: int, *, steered: int = 0) -> AsyncIterator[str]:
        """Route so many runs, and tell their ids; of every so many one is steered by somebody."""
        router = Router(self.store, self.policies, CATALOGUE, self.clock)
        for number in range(count):
            run = f"{self.prefix}{number:05}"
            limits = Limits(time=Decimal(100), cost=self.random.choice([None, Decimal("0.05")]), no_progress=4)
            given = {"text": f"text {number}"}
            tenant = self.random.choice(["default", "north"])
            await router.start([router.new_run(run, "texts", input=given, limits=limits, tenant=tenant)])
            if steered and number % steered == 0:
                await self.store.control(run, "facts", {"score": 70}, who="ada", at=self.clock.now())
            await self._drive(router, run)
            yield run

    async def _drive(self, router: Router, run: str) -> None:
        while True:
            turn = await router.route(run)
            if turn.ended or turn.status == "stopped":
                return
            for step in turn.hop.sent():
                self.clock.time += timedelta(milliseconds=self.random.randrange(40_000))
                await self.store.record(self._outcome(step), at=self.clock.now())

    def _outcome(self, step: PlannedStep) -> Outcome:
        latency = Decimal(self.random.randrange(1, 5000)) / 1000
        if step.type == PEOPLE:
            return Outcome(step=step.id, agent=step.agent, status="ok", output={"score": 80}, latency=latency)
        cost = self.random.choice([Decimal(0), Decimal("0.01"), Decimal("0.004"), None])
        if self.random.random() < 0.2:
            error = StepError(kind="crashed", message="it fell over")
            return Outcome(step=step.id, agent=step.agent, status="failed", error=error, cost=cost, latency=latency)
        output = {"score": self.random.randrange(100), "kind": self.random.choice(["letter", "form", None])}
        confidence = self.random.choice([None, Decimal(self.random.randrange(100)) / 100])
        return Outcome(
            step=step.id,
            agent=step.agent,
            status="ok",
            output=output,
            confidence=confidence,
            cost=cost,
            tokens=self.random.randrange(500),
            latency=latency,
        )


async def record_runs(store: Store, count: int, *, seed: int = 1, steered: int = 0, **thresholds: str) -> Policies:
    """Publish a policy, and route runs by it."""
    policies = Policies(store)
    await policies.publish(policy(**thresholds))
    async for _ in Recorder(store, policies, Random(seed)).record(count, steered=steered):
        pass
    return policies


def copy_runs(database: sqlite3.Connection, copy: int) -> None:
    """All first runs once more, later and under other names; more digits of a confidence stay on its side of bounds."""
    other = f"'c{copy:05}' || substr({{}}, 4)"
    later = f"strftime('%Y-%m-%d %H:%M:%f', {{0}}, '+{copy * HOURS} hours') || '000'"
    changes = {
        "runs": {"id": other, "started": later, "updated": later},
        "decisions": {"run": other, "at": later},
        "steps": {
            "run": other,
            "id": other,
            "ended": later,
            "deadline": later,
            "confidence": "CASE WHEN length({0}) = 4 THEN {0} || (abs(random() % 90) + 10) ELSE {0} END",
        },
    }
    for rows, changed in changes.items():
        names = [row[1] for row in database.execute(f"PRAGMA table_info({rows})")]
        cells = ", ".join(changed.get(name, "{}").format(f'"{name}"') for name in names)
        key = "id" if rows == "runs" else "run"
        database.execute(f"INSERT INTO {rows} SELECT {cells} FROM {rows} WHERE {key} LIKE 'run%'")


HOURS = 12
"""From one copy of all runs to the next."""
