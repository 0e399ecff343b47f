"""Every file that ships deploys to the broker, and the broker decides as we do."""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pyzeebe.proto import gateway_pb2 as pb
from pyzeebe.proto.gateway_pb2_grpc import GatewayStub

from dmnroute.agents.loading import load_folder
from dmnroute.agents.registry import Registry
from dmnroute.dmn import Model, load
from dmnroute.routing import canonical
from dmnroute.zeebe.broker import RunningBroker
from dmnroute.zeebe.channel import connect
from dmnroute.zeebe.gateway import Gateway

ROOT = Path(__file__).parents[2]
TEMPLATE = ROOT / "src" / "dmnroute" / "cli" / "template"
POLICIES = {"intake": ROOT, "triage": TEMPLATE}
"""The projects of the policies that ship."""
INPUTS = 200


@pytest.fixture
async def gateway(broker: RunningBroker) -> AsyncIterator[Gateway]:
    channel = connect(broker.grpc_address)
    yield Gateway(channel)
    await channel.close()


@pytest.mark.parametrize(
    "file",
    sorted([*ROOT.glob("bpmn/*.bpmn"), *ROOT.glob("dmn/**/*.dmn"), *TEMPLATE.rglob("*.dmn")]),
    ids=lambda f: f.name,
)
async def test_every_file_that_ships_deploys(gateway: Gateway, file: Path) -> None:
    """The broker refuses nothing of it."""
    await gateway.deploy(file.name, await asyncio.to_thread(file.read_bytes))


@pytest.mark.parametrize("name", sorted(POLICIES))
async def test_the_broker_decides_as_we_do(gateway: Gateway, name: str) -> None:
    """The same contexts give the same routes; where we refuse, so does the broker."""
    project = POLICIES[name]
    file = project / "dmn" / f"{name}.dmn"
    await gateway.deploy(file.name, await asyncio.to_thread(file.read_bytes))
    model = await asyncio.to_thread(load, file)
    route = model.decision("Route")
    chance = random.Random(20)
    contexts = Contexts(model, load_folder(project / "workers"), chance)
    routes = set()
    for _ in range(INPUTS):
        context = contexts.any()
        ours = canonical.plain(route.value(context))
        theirs = await evaluate(gateway, route.id, context)
        assert as_the_broker_says(ours) == theirs, canonical.dumps(context)
        routes.add(canonical.dumps(ours))
    assert len(routes) > 3, "the contexts are all alike"


async def evaluate(gateway: Gateway, decision: str, context: dict[str, Any]) -> Any:
    """What the broker itself makes of a decision."""
    request = pb.EvaluateDecisionRequest(decisionId=decision, variables=canonical.dumps(context))
    answer = await gateway.backoff.call(
        "evaluate", lambda: GatewayStub(gateway.channel).EvaluateDecision(request, timeout=20)
    )
    assert not answer.failureMessage, answer.failureMessage
    return canonical.loads(answer.decisionOutput)


def as_the_broker_says(value: Any) -> Any:
    """Zeebe's numbers are doubles."""
    match value:
        case Decimal():
            return canonical.loads(repr(float(value)))
        case dict():
            return {name: as_the_broker_says(item) for name, item in value.items()}
        case list():
            return [as_the_broker_says(item) for item in value]
    return value


class Contexts:
    """Contexts as runs have them: facts of the agents' types, with values around what the tables ask for."""

    def __init__(self, model: Model, registry: Registry, chance: random.Random) -> None:
        text = model.source.decode()
        self.chance = chance
        self.registry = registry
        self.words = sorted(set(re.findall(r'"([a-z_]+)"', text)))
        numbers = {Decimal(number) for number in re.findall(r"[<>=.\[(] ?(\d+(?:\.\d+)?)", text)}
        self.numbers = sorted(
            {number + shift for number in numbers for shift in (Decimal("-0.01"), 0, Decimal("0.01"))}
        )

    def any(self) -> dict[str, Any]:
        """One context."""
        names = sorted(self.registry.agents)
        ran = self.chance.sample(names, self.chance.randint(0, min(6, len(names))))
        steps = {agent: self._outcome(agent) for agent in ran}
        facts = {name: value for agent in ran for name, value in (steps[agent]["output"] or {}).items()}
        last = [steps[agent] for agent in ran[-2:]]
        return {
            "run": {"id": "r", "hop": self.chance.randint(1, 9), "input": {"path": "a.txt"}, "elapsed": 1, "cost": 0},
            "facts": facts,
            "steps": steps,
            "last": {
                "agents": [outcome["agent"] for outcome in last],
                "status": self.chance.choice(["ok", "failed", "partial", "timeout"]) if last else "start",
                "outcomes": last,
                "confidence": self._number() if last else None,
            },
            "budget": {
                "limit": None,
                "spent": 0,
                "remaining": self.chance.choice([None, self._number()]),
                "ratio": None,
            },
            "slo": {
                "limit": None,
                "elapsed": 1,
                "remaining": None,
                "ratio": self.chance.choice([None, self._number()]),
            },
            "agents": {},
            "signals": {},
        }

    def _outcome(self, agent: str) -> dict[str, Any]:
        ok = self.chance.random() < 0.8
        kind = self.chance.choice(["unavailable", "unreadable", "crashed", "timeout"])
        schema = self.registry.agents[agent].output_type.model_json_schema()
        return {
            "step": "r/1.1",
            "agent": agent,
            "status": "ok" if ok else "failed",
            "confidence": self.chance.choice([None, self._share()]) if ok else None,
            "output": {name: self._value(field) for name, field in schema["properties"].items()} if ok else None,
            "error": None if ok else {"kind": kind, "message": "no", "retryable": False},
            "metrics": {},
            "cost": 0,
            "attempt": 1,
        }

    def _value(self, field: dict[str, Any]) -> Any:
        kinds = {field.get("type"), *(option.get("type") for option in field.get("anyOf", []))} - {None}
        if "null" in kinds and self.chance.random() < 0.2:
            return None
        match next(iter(sorted(kinds - {"null"})), None):
            case "string":
                return self.chance.choice(self.words)
            case "integer":
                return self.chance.randint(0, 3)
            case "number":
                return self._number()
            case "boolean":
                return self.chance.random() < 0.5
            case "array":
                return self.chance.sample(self.words, 2) if field.get("items", {}).get("type") == "string" else []
            case _:
                return {}

    def _number(self) -> Decimal:
        return self.chance.choice(self.numbers)

    def _share(self) -> Decimal:
        return min(max(self._number(), Decimal(0)), Decimal(1))
