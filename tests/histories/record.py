"""Record histories: `python -m tests.histories.record NAME` drives a scenario, and keeps it as a file for ever."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel
from tests.support.tables import by_hop, model, route, table

from dmnroute.agents.declaration import agent
from dmnroute.agents.facts import Merge, facts
from dmnroute.agents.failure import AgentFailure
from dmnroute.agents.registry import Registry
from dmnroute.agents.step import Step
from dmnroute.dmn import load
from dmnroute.routing.policy import PolicyVersion
from dmnroute.routing.records.run import Limits
from dmnroute.routing.stored_history import StoredHistory
from dmnroute.testing import run_policy

HERE = Path(__file__).parent


class Document(BaseModel):
    path: str
    dpi: int = 300


class Text(BaseModel):
    text: str
    pages: list[int] = []


class Verdict(BaseModel):
    verdict: str


@facts
class Facts(BaseModel):
    pages: Annotated[list[int], Merge("append")] = []


@agent("read_text", cost=0.01)
async def read_text(document: Document, step: Step) -> Text:
    """Read a document; poorly at a low resolution."""
    step.report(confidence=0.4 if document.dpi < 600 else 0.95, tokens=120, characters=42)
    return Text(text=f"text of {document.path}", pages=[document.dpi])


@agent("judge", cost=0.4)
async def judge(document: Document, step: Step) -> Verdict:
    """Judge a document."""
    step.report(confidence=0.8)
    return Verdict(verdict="fine")


@agent("broken", cost=0)
async def broken(document: Document) -> Verdict:
    """Never work."""
    raise AgentFailure("unreadable", "the page is blank")


AGENTS = Registry({each.name: each for each in (read_text, judge, broken)}, (Facts,))


@dataclass(frozen=True)
class Scenario:
    policy: str
    signals: Mapping[str, Any] = field(default_factory=dict)
    answers: tuple[Mapping[str, Any], ...] = ()
    arrives: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)
    limits: Limits | None = None
    child: str = ""


DONE = {"action": '"complete"'}

SCENARIOS = {
    "a_straight_route": Scenario(
        model(
            table(
                "Quality",
                ["last.confidence"],
                ["grade"],
                [[">= 0.9", '"good"'], ["< 0.9", '"poor"'], ["null", '"none"']],
            ),
            table(
                "Route",
                ["Quality", "facts.verdict"],
                ["agent", "action", "dpi", "reason"],
                [
                    ['"none"', "null", '"read_text"', "null", "null", '"not read yet"', "Begin"],
                    ['"poor"', "null", '"read_text"', "null", "600", '"read it sharper"', "Once more"],
                    ['"good"', "null", '"judge"', "null", "null", "null", "Judge"],
                    ["-", "not(null)", "null", '"complete"', "null", '"judged " + facts.verdict', "Done"],
                ],
                requires=["Quality"],
            ),
        )
    ),
    "a_fan_out_with_a_failure": Scenario(
        by_hop(
            ["agent", "action", "join", "for_each", "result"],
            [
                {"agent": '["read_text", "broken", "judge"]'},
                {"agent": '"read_text"', "for_each": "[{dpi: 100}, {dpi: 700}, {dpi: 200}]", "join": "2"},
                DONE | {"result": "{pages: facts.pages, kinds: last.outcomes.status, agreement: last.agreement}"},
            ],
        )
    ),
    "a_wait_and_a_signal": Scenario(
        by_hop(
            ["agent", "action", "wait", "signal", "input", "group", "result"],
            [
                {"action": '"wait"', "wait": 'duration("PT1H")', "signal": '"approved"'},
                {"action": '"wait"', "wait": "90"},
                {"action": '"escalate"', "wait": "600", "group": '"desk"', "input": "{asked: string(now())}"},
                DONE | {"result": "{by: signals.approved.by, verdict: steps.people.output.verdict, at: now()}"},
            ],
        ),
        signals={"approved": {"by": "Ada"}},
        answers=({"verdict": "yes"},),
    ),
    "a_child": Scenario(
        by_hop(["agent", "action", "as", "dpi"], [{"agent": '"run:child"', "as": '"kid"', "dpi": "600"}, DONE]),
        child=by_hop(["agent", "action"], [{"agent": '"read_text"'}, {"agent": '"judge"'}, DONE]),
        limits=Limits(cost=Decimal(1), time=Decimal(600)),
    ),
    "input_that_arrives": Scenario(
        by_hop(
            ["agent", "action", "on_input", "wait", "group", "before", "result"],
            [
                {"agent": '"read_text"', "on_input": '"queue"'},
                {"action": '"wait"', "wait": "3600", "on_input": '"interrupt"'},
                {"action": '"escalate"', "group": '"desk"', "on_input": "last.input.then"},
                DONE | {"result": "{input: run.input, came: last.input, facts: facts, people: people.asked}"},
            ],
        ),
        arrives={1: {"dpi": 600}, 2: {"then": "restart"}, 3: {"path": "b.pdf"}, 6: {"path": "never.pdf"}},
        answers=({"verdict": "yes"},),
    ),
    "a_budget_that_ends": Scenario(
        route(["budget.ratio"], ["agent", "max_cost"], [["-", '["judge", "read_text"]', "null"]]),
        limits=Limits(cost=Decimal("0.9")),
    ),
}


async def recorded(name: str) -> StoredHistory:
    """Drive a scenario, and take its history."""
    scenario = SCENARIOS[name]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "intake.dmn"
        file.write_text(scenario.policy)
        if scenario.child:
            (Path(folder) / "child.dmn").write_text(scenario.child)
        run = await run_policy(
            file,
            agents=AGENTS,
            input={"path": "a.pdf"},
            signals=scenario.signals,
            answers=scenario.answers,
            arrives=scenario.arrives,
            limits=scenario.limits,
            run=name,
        )
    versions = sorted({(hop.decision.policy, hop.decision.version) for hop in run.history.hops})
    policies = [(policy, number, await run.store.policy(policy, number)) for policy, number in versions]
    return StoredHistory(
        run.history,
        tuple(
            PolicyVersion(policy, number, stored.digest, load(stored.text, name=stored.file))
            for policy, number, stored in policies
            if stored is not None
        ),
        AGENTS.catalogue,
    )


def main(name: str) -> None:
    """Write the file of a scenario, unless there is one."""
    with (HERE / f"{name}.json").open("x") as file:
        file.write(asyncio.run(recorded(name)).to_text())


if __name__ == "__main__":
    main(sys.argv[1])
