"""What becomes of input that arrives while a run goes on, decided by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.routing.deciding import ASK, OCR, START, run, version
from tests.routing.test_routing_guards import ALLOW, GUARD, after_with
from tests.support.tables import by_hop, route

from dmnroute.errors import RouteError
from dmnroute.routing.arrivals import what_becomes, with_input
from dmnroute.routing.catalogue import Catalogue
from dmnroute.routing.checks import check_policy
from dmnroute.routing.context import build_context, facts_of
from dmnroute.routing.coverage import coverage_of
from dmnroute.routing.decide import decide
from dmnroute.routing.forks import redrive
from dmnroute.routing.history import History
from dmnroute.routing.policy import PolicyVersion
from dmnroute.routing.progress import hop_end
from dmnroute.routing.records.control import Control, ControlKind
from dmnroute.routing.records.hop import DecisionRecord
from dmnroute.routing.records.run import Limits
from dmnroute.routing.replay import replay

CATALOGUE = Catalogue({"ocr": OCR, "ask": ASK, "guard": GUARD})
COLUMNS = ["agent", "action", "before", "on_input"]
DONE = {"action": '"complete"'}


def told(history: History, kind: ControlKind = "input", **data: Any) -> History:
    """Somebody asks for something now."""
    number = len(history.controls) + 1
    control = Control(run=history.run.id, number=number, kind=kind, data=data, who="ann", at=START)
    return replace(history, controls=(*history.controls, control))


def next_decision(history: History, tables: PolicyVersion) -> DecisionRecord:
    end = hop_end(history, now=START)
    assert end is not None
    return decide(history, tables, CATALOGUE, previous=end, now=START, seed=1)


def hop(history: History, tables: PolicyVersion, *outcomes: dict[str, Any]) -> History:
    return after_with(history, next_decision(history, tables), *outcomes)


def policy(becomes: str, **cells: str) -> PolicyVersion:
    """One hop that says what becomes of input, then the end."""
    return version(by_hop(COLUMNS, [{"agent": '["ocr", "ask"]', "on_input": becomes, **cells}, DONE]))


TEXT: dict[str, Any] = {"output": {"text": "a"}}


def test_before_the_first_decision_it_is_as_if_the_run_had_started_with_it() -> None:
    """Nothing has said anything yet."""
    history = told(History(run()), path="b.pdf")
    assert hop_end(history, now=START) == hop_end(History(run()), now=START)
    decision = next_decision(history, policy('"reject"'))
    assert decision.plan.steps[0].input["path"] == "b.pdf"


def test_what_becomes_of_it_stays_whatever_is_decided_afterwards() -> None:
    """The decision in force when it came said so; the next one may say something else."""
    tables = version(
        by_hop(COLUMNS, [{"agent": '"ocr"', "on_input": '"reject"'}, {"agent": '"ask"', "on_input": '"restart"'}])
    )
    history = told(hop(History(run()), tables, TEXT), path="b.pdf")
    [control] = history.controls
    assert what_becomes(history, control) == "reject"
    history = hop(history, tables)
    assert history.hops[1].decision.plan.on_input == "restart"
    assert what_becomes(history, control) == "reject"
    assert with_input(history).run.input == {"path": "a.pdf"}


@pytest.mark.parametrize("becomes", ['"interrupt"', '"restart"'])
def test_what_would_follow_from_a_hop_ends_with_it(becomes: str) -> None:
    """A guard has let the step through; it isn't sent any more, for the tables are asked."""
    tables = policy(becomes, agent='"ocr"', before='"guard"')
    history = told(hop(History(run()), tables, ALLOW), path="b.pdf")
    decision = next_decision(history, tables)
    assert decision.stage is None
    again = becomes == '"restart"'
    assert decision.plan.action == ("dispatch" if again else "complete")
    assert decision.previous.status == ("start" if again else "resumed")


def test_queued_input_lets_guards_go_on() -> None:
    """The step that they let through is sent."""
    tables = policy('"queue"', agent='"ocr"', before='"guard"')
    history = told(hop(History(run()), tables, ALLOW), path="b.pdf")
    assert next_decision(history, tables).stage == "guarded"


def test_a_restart_forgets_what_was_found_out_but_not_what_it_cost() -> None:
    """Facts, steps, turns and coverage begin anew; limits go on, and bans stand."""
    tables = version(route(["run.hop"], COLUMNS, [["-", '["ocr", "ask"]', "null", "null", '"restart"']]))
    failed = {"status": "failed"}
    history = hop(told(History(run(edition=2)), "forbid", agent="x"), tables, TEXT | {"cost": 1}, failed)
    history = told(told(history, "facts", verdict="fine"), path="b.pdf")
    assert facts_of(history) == {}
    end = hop_end(history, now=START)
    assert end is not None
    context = build_context(history, end, now=START)
    assert (context["run"]["hop"], context["run"]["cost"], context["run"]["forbidden"]) == (1, 1, ["x"])
    assert (context["steps"], context["last"]["outcomes"], context["run"]["repeats"]) == ({}, [], 0)
    assert context["last"]["input"] == {"path": "b.pdf"}
    assert coverage_of(history) is None
    history = hop(history, tables, TEXT)
    assert history.hops[1].decision.plan.steps[0].input["path"] == "b.pdf"
    assert facts_of(history) == {"text": "a"}
    for number in (1, 2):
        assert replay(history, number, policy=tables, catalogue=CATALOGUE).identical


def test_restarts_come_to_an_end() -> None:
    """The limit of hops counts those before, too."""
    tables = version(by_hop(COLUMNS, [{"agent": '"ocr"', "on_input": '"restart"'}, DONE]))
    history = hop(History(run(limits=Limits(hops=2))), tables, TEXT)
    history = hop(told(history, path="b.pdf"), tables, TEXT)
    assert next_decision(told(history, path="c.pdf"), tables).limit == "hops"


def test_a_run_that_is_undone_takes_none() -> None:
    """Nothing may come between what it has done and its end."""
    tables = policy('"restart"')
    history = told(hop(History(run()), tables, TEXT), "cancel")
    assert hop_end(told(history, path="b.pdf"), now=START) == hop_end(history, now=START)


def test_a_fork_that_does_steps_once_more_does_them() -> None:
    """Input that had ended them before doesn't do so again."""
    tables = policy('"interrupt"')
    cancelled = {"status": "cancelled"}
    history = told(hop(History(run()), tables, TEXT), path="b.pdf")
    ended = hop_end(history, now=START)
    assert ended is not None
    assert ended.cancelled == ("r/1.2",)
    history = after_with(History(run(), controls=history.controls), history.hops[0].decision, TEXT, cancelled)
    history = hop(history, tables)
    origin = redrive(history)
    assert origin is not None
    fork = history.forked(run(id="f", origin=origin))
    decision = next_decision(fork, tables)
    assert (decision.stage, [step.done for step in decision.plan.steps]) == ("again", ["r/1.1", None])


def test_a_word_that_is_none_is_named() -> None:
    """Before publish, and at run time."""
    found = [finding for finding in check_policy(policy('"restrat"').model, CATALOGUE) if finding.code == "wrong_word"]
    assert [finding.message for finding in found] == [
        "column `on_input` doesn't know `restrat`; did you mean `restart`?"
    ]
    with pytest.raises(RouteError, match="must be one of reject, queue, interrupt, restart; did you mean `restart`"):
        next_decision(History(run()), policy('"restrat"'))
