"""What guards make of a run, decided by hand, and replayed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.routing.deciding import ASK, OCR, decided, refused, run, version
from tests.support.tables import by_hop

from dmnroute.errors import RouteError
from dmnroute.routing.catalogue import AgentSpec, Catalogue
from dmnroute.routing.context import build_context, facts_of
from dmnroute.routing.decide import decide
from dmnroute.routing.history import History
from dmnroute.routing.policy import PolicyVersion
from dmnroute.routing.records.hop import DecisionRecord, HopEnd
from dmnroute.routing.records.run import Limits
from dmnroute.routing.records.step import Outcome
from dmnroute.routing.replay import replay

GUARD = AgentSpec(
    "guard",
    fields=frozenset({"side", "input", "output"}),
    required=frozenset({"side"}),
    outputs=frozenset({"verdict", "redacted"}),
    cost=Decimal("0.2"),
    timeout=Decimal(5),
)
CATALOGUE = Catalogue({"ocr": OCR, "ask": ASK, "guard": GUARD})
COLUMNS = ["agent", "action", "before", "after", "join", "max_cost", "timeout", "priority"]
DONE = {"action": '"complete"'}


def policy(**cells: str) -> PolicyVersion:
    """One guarded hop, then the end."""
    return version(by_hop(COLUMNS, [cells, DONE]))


def step(history: History, tables: PolicyVersion, *outcomes: dict[str, Any], at: float = 0) -> History:
    return after_with(history, decided(tables, history, catalogue=CATALOGUE, at=at), *outcomes)


def after_with(history: History, decision: DecisionRecord, *outcomes: dict[str, Any]) -> History:
    steps = decision.plan.steps
    arrived = [
        Outcome(**{"step": steps[n].id, "agent": steps[n].agent, "status": "ok"} | fields)
        for n, fields in enumerate(outcomes)
    ]
    return history.with_decision(decision).with_outcomes(arrived)


ALLOW: dict[str, Any] = {"output": {"verdict": "allow"}}
BLOCK: dict[str, Any] = {"output": {"verdict": "block"}}


def test_a_guarded_hop_is_decided_once_and_replays_to_itself() -> None:
    """Every hop, those between the decisions too, comes out as recorded."""
    tables = policy(agent='"ocr"', before='"guard"', after='"guard"')
    history = step(History(run()), tables, ALLOW)
    history = step(history, tables, {"output": {"text": "secret"}})
    history = step(history, tables, {"output": {"verdict": "redact", "redacted": {"text": "…"}}})
    history = step(history, tables)
    assert [hop.decision.stage for hop in history.hops] == [None, "guarded", "guards_after", None]
    assert history.hops[-1].decision.plan.result == {"text": "…"}
    for hop in range(1, 5):
        assert replay(history, hop, policy=tables, catalogue=CATALOGUE).differences == ()


def test_tables_number_their_own_decisions() -> None:
    """`run.hop` is 2 after a guarded hop, whatever the guards needed; the ids of steps go by the record."""
    tables = policy(agent='"ocr"', before='["guard"]')
    history = step(step(History(run()), tables, ALLOW), tables, {"output": {"text": "a"}})
    assert build_context(history, HopEnd(status="ok"), now=history.run.started)["run"]["hop"] == 2
    assert history.hops[1].decision.plan.steps[0].id == "r/2.1"


def test_the_record_of_a_guarded_hop_says_what_is_held_back() -> None:
    """A reader sees what tables wanted while guards are asked; its time begins later."""
    decision = decided(policy(agent='"ocr"', before='"guard"', timeout="60"), catalogue=CATALOGUE)
    assert decision.held is not None
    (held,) = decision.held.steps
    assert (held.agent, held.timeout, held.deadline, held.before) == ("ocr", 60, None, ("guard",))
    assert decision.intended == decision.held


def test_a_step_that_was_held_back_gets_its_whole_time_when_it_is_sent() -> None:
    """Guards don't use up the timeout of the step, only the time of the run."""
    tables = policy(agent='"ocr"', before='"guard"', timeout="60")
    history = step(History(run(limits=Limits(time=Decimal(100)))), tables, ALLOW)
    sent = decided(tables, history, catalogue=CATALOGUE, at=10).plan.steps[0]
    assert (sent.timeout, (sent.deadline - history.run.started).total_seconds() if sent.deadline else None) == (60, 70)
    assert decided(tables, history, catalogue=CATALOGUE, at=70).plan.steps[0].timeout == 30


def test_guards_are_paid_from_the_same_budget() -> None:
    """A guarded hop isn't begun when guard and step together cost more than is left."""
    tables = policy(agent='"ocr"', before='"guard"')
    decision = decided(tables, History(run(limits=Limits(cost=Decimal("0.25")))), catalogue=CATALOGUE)
    assert (decision.limit, decision.plan.reason) == (
        "cost",
        "the next steps may cost 0.3 USD, and 0.25 of 0.25 USD is left",
    )


def test_an_output_that_no_guard_has_seen_is_no_fact() -> None:
    """A run that reaches its deadline in between ends without it."""
    tables = policy(agent='"ocr"', after='"guard"')
    history = step(History(run(limits=Limits(time=Decimal(100)))), tables, {"output": {"text": "secret"}})
    assert facts_of(history) == {}
    decision = decided(tables, history, catalogue=CATALOGUE, at=100)
    assert (decision.limit, decision.plan.result) == ("time", {})


def test_a_blocked_step_says_so_in_the_record_and_its_siblings_are_sent() -> None:
    """Two steps of one hop, one of which the guard stops."""
    tables = policy(agent='["ocr", "ask"]', before='"guard"')
    history = step(History(run()), tables, BLOCK, ALLOW)
    plan = decided(tables, history, catalogue=CATALOGUE).plan
    assert [(s.agent, s.refused.message if s.refused else None) for s in plan.steps] == [
        ("ocr", "guard `guard` blocked the input of `ocr`"),
        ("ask", None),
    ]


def test_guards_go_on_when_the_policy_is_broken_meanwhile() -> None:
    """What tables decided is carried out; only the next decision needs them."""
    tables, broken = policy(agent='"ocr"', before='"guard"'), RouteError("no such policy", code="unknown_policy")
    history = step(History(run()), tables, ALLOW)
    end, now = HopEnd(status="ok"), history.run.started
    sent = decide(history, broken, CATALOGUE, previous=end, now=now, seed=1)
    assert (sent.stage, sent.policy, sent.digest) == ("guarded", "p", tables.digest)
    with pytest.raises(RouteError, match="no such policy"):
        decide(after_with(history, sent, {}), broken, CATALOGUE, previous=end, now=now, seed=1)


def test_an_agent_without_a_verdict_is_no_guard() -> None:
    """The route can't be carried out."""
    assert refused(agent='"ocr"', before='"ask"') == (
        "no_guard: agent `ask` can't guard: its output has no `verdict`\n"
        "p.dmn, decision `Route`, rule 1\n"
        "hint: a guard's `verdict` is one of allow, observe, redact, reroute, block"
    )


def test_an_unknown_guard_is_an_unknown_agent() -> None:
    """With what may have been meant."""
    assert refused(agent='"ocr"', after='"orc"') == (
        "unknown_agent: unknown guard `orc`; did you mean `ocr`?\n"
        "p.dmn, decision `Route`, rule 1\n"
        "hint: guards are agents; the column `after` and the setting `guards` name them"
    )
