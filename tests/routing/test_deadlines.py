"""How long the parts of a hop may take, decided by hand."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError
from tests.routing.deciding import CATALOGUE, after, decided, later, limited, one_rule, refused, run, version
from tests.routing.test_routing_guards import ALLOW
from tests.routing.test_routing_guards import step as guarded_step
from tests.support.tables import by_hop, route

from dmnroute.routing.context import build_context
from dmnroute.routing.history import History
from dmnroute.routing.outcomes import timed_out
from dmnroute.routing.progress import hop_end
from dmnroute.routing.records.hop import HopEnd
from dmnroute.routing.records.run import Limits, Origin
from dmnroute.routing.records.step import PlannedStep
from dmnroute.routing.replay import replay
from dmnroute.routing.slo import Slo, with_slo
from dmnroute.routing.step_time import dispatched, time_left

COLUMNS = ["agent", "action", "before", "timeout", "hop_timeout", "until_slo", "wait"]


def first_step(history: History | None = None, *, at: float = 0, **cells: str) -> PlannedStep:
    return decided(one_rule(**cells), history, at=at).plan.steps[0]


def times(step: PlannedStep) -> tuple[Any, ...]:
    return step.timeout, step.deadline, step.cut, step.uncut


@pytest.mark.parametrize(
    ("cells", "limits", "expected"),
    [
        ({"hop_timeout": "5"}, {}, (5, "hop_timeout", 30)),
        ({"hop_timeout": 'duration("PT1M")'}, {}, (30, None, None)),
        ({"hop_timeout": "60", "timeout": "90"}, {}, (60, "hop_timeout", 90)),
        ({"until_slo": "true"}, {"slo": 20}, (10, "slo", 30)),
        ({"until_slo": "true", "hop_timeout": "5"}, {"slo": 20}, (5, "hop_timeout", 30)),
        ({"until_slo": "true", "hop_timeout": "15"}, {"slo": 20}, (10, "slo", 30)),
        ({"until_slo": "false"}, {"slo": 20}, (30, None, None)),
        ({"until_slo": "true"}, {}, (30, None, None)),
        ({"until_slo": "true"}, {"slo": 10}, (30, None, None)),
        ({"until_slo": "true"}, {"slo": 20, "time": 15}, (5, "slo", 30)),
        ({"hop_timeout": "20"}, {"time": 15}, (5, "hop_timeout", 30)),
    ],
    ids=str,
)
def test_the_shortest_time_counts(cells: dict[str, str], limits: dict[str, int], expected: tuple[Any, ...]) -> None:
    """Of the step, of its hop, to the breach of the SLO and to the deadline; ten seconds after the start."""
    seconds, cut, uncut = expected
    step = first_step(limited(**limits), at=10, agent='"ocr"', **cells)
    assert times(step) == (seconds, later(10 + seconds), cut, uncut)


def test_the_time_of_a_hop_is_more_than_none() -> None:
    """A hop without any time would do nothing."""
    assert refused(agent='"ocr"', hop_timeout="0") == (
        "wrong_type: column `hop_timeout` must be a number of seconds (or a duration), more than 0, not `0`\n"
        "p.dmn, decision `Route`, rule 1, output hop_timeout"
    )


def test_a_wait_for_the_breach_needs_a_breach_to_come() -> None:
    """Without an SLO it would never end."""
    cells = {"action": '"wait"', "until_slo": "true"}
    assert refused(**cells).startswith("endless_wait: ")
    plan = decided(one_rule(**cells), limited(slo=60), at=20).plan
    assert (plan.wait, plan.cut, plan.until_slo) == (40, "slo", True)
    late = one_rule(**cells)
    assert refused(limited(slo=0), policy=late).startswith("endless_wait: ")


def test_an_escalation_keeps_to_the_time_of_its_hop() -> None:
    """Its question is late then, and the outcome says what ended it."""
    cells = {"action": '"escalate"', "wait": "600", "until_slo": "true"}
    history = limited(slo=60).with_decision(decided(one_rule(**cells), limited(slo=60)))
    (question,) = history.hops[0].decision.plan.steps
    assert times(question)[:3] == (60, later(60), "slo")
    late = timed_out(question, latency=Decimal(60))
    assert late.error is not None
    assert (late.cut, late.error.message) == ("slo", "no outcome within 60 s, when the run's SLO was breached")


def test_an_slo_that_ended_a_hop_is_breached_whatever_the_clock_says() -> None:
    """The clock of a broker may be ahead of the router's."""
    history = after(limited(slo=60), one_rule(agent='"ocr"', until_slo="true"), {"status": "timeout", "cut": "slo"})
    found = build_context(history, HopEnd(status="timeout"), now=later(29.9))
    assert (found["slo"]["breached"], found["slo"]["left"], found["last"]["cut"]) == (True, 0, "slo")
    assert first_step(history, at=29.9, agent='"ocr"', until_slo="true").cut is None


def test_guards_use_up_the_time_to_the_breach_but_not_that_of_a_hop() -> None:
    """The time of a hop begins when its steps are sent."""
    tables = version(by_hop(COLUMNS, [{"agent": '"ocr"', "before": '"guard"', "hop_timeout": "5"}] * 2))
    history = guarded_step(limited(slo=20), tables, ALLOW)
    sent = guarded_step(history, tables, at=4).hops[-1].decision.plan.steps[0]
    assert times(sent) == (5, later(9), "hop_timeout", 30)
    tables = version(by_hop(COLUMNS, [{"agent": '"ocr"', "before": '"guard"', "until_slo": "true"}] * 2))
    history = guarded_step(limited(slo=20), tables, ALLOW)
    sent = guarded_step(history, tables, at=4).hops[-1].decision.plan.steps[0]
    assert times(sent) == (16, later(20), "slo", 30)


def test_a_hop_that_ends_at_the_breach_isnt_begun_after_it() -> None:
    """Guards took too long: nobody is sent, and the tables are asked."""
    tables = version(by_hop(COLUMNS, [{"agent": '"ocr"', "before": '"guard"', "until_slo": "true"}] * 2))
    history = guarded_step(limited(slo=20), tables, ALLOW)
    sent = guarded_step(history, tables, at=20).hops[-1].decision
    assert sent.stage == "guarded"
    (step,) = sent.plan.steps
    assert step.refused is not None
    assert (step.refused.kind, step.refused.message) == ("cancelled", "the run's SLO was breached before it was sent")


def test_a_step_that_is_done_once_more_has_its_own_time_again() -> None:
    """What an SLO left of it in the run before is of no concern for a fork, whose time begins anew."""
    policy = one_rule(agent='"ocr"', until_slo="true")
    history = limited(slo=60)
    decision = decided(policy, history, at=55)
    assert times(decision.plan.steps[0]) == (5, later(60), "slo", 30)
    origin = Origin(run="r", hops=1, end=HopEnd(status="resumed"), again=("r/1.1",))
    fork = run(id="f", limits=Limits(slo=Decimal(60)), origin=origin, started=later(100))
    made = decided(policy, history.with_decision(decision).forked(fork), at=100, previous=origin.end)
    assert (made.stage, times(made.plan.steps[0])) == ("again", (30, later(130), None, None))


def test_a_decision_with_an_slo_replays_to_itself() -> None:
    """Its breach is a matter of the recorded clock."""
    tables = version(
        route(
            ["slo.breached"],
            COLUMNS[:-1],
            [["true", "null", '"complete"', *["null"] * 4], ["false", '"ocr"', *["null"] * 4, "true"]],
        )
    )
    history = after(limited(slo=20), tables, {"status": "timeout", "cut": "slo"})
    history = history.with_decision(decided(tables, history, at=20))
    assert [hop.decision.plan.action for hop in history.hops] == ["dispatch", "complete"]
    assert [replay(history, hop, policy=tables, catalogue=CATALOGUE).differences for hop in (1, 2)] == [(), ()]


def test_a_child_run_gets_what_is_left_of_the_slo() -> None:
    """Nothing, after the breach; an agent is told nothing of it."""
    assert first_step(limited(slo=60), at=20, agent='"run:other"').slo == 40
    assert first_step(limited(slo=60), at=99, agent='"run:other"').slo == 0
    assert first_step(at=20, agent='"run:other"').slo is None
    assert first_step(limited(slo=60), at=20, agent='"ocr"').slo is None


def test_what_is_cut_ends_at_its_moment_wherever_it_goes_on() -> None:
    """A step's own time begins anew when its process died; the time of its hop doesn't."""
    cut = first_step(agent='"ocr"', hop_timeout="20")
    assert (time_left(cut, now=later(15)), time_left(cut, now=later(99))) == (5, 0)
    own = first_step(agent='"ocr"')
    assert (time_left(own, now=later(15)), dispatched(own)) == (30, later(0))
    assert dispatched(own.model_copy(update={"deadline": None})) is None


SLOS = [
    Slo(seconds=Decimal(100)),
    Slo(seconds=Decimal(50), tenant="acme"),
    Slo(seconds=Decimal(200), policy="intake"),
    Slo(seconds=Decimal(20), policy="intake", tenant="acme"),
]


@pytest.mark.parametrize(
    ("policy", "tenant", "slo"),
    [("other", "someone", 100), ("other", "acme", 50), ("intake", "someone", 200), ("intake", "acme", 20)],
)
def test_the_most_special_slo_holds(policy: str, tenant: str, slo: int) -> None:
    """Of policy and tenant, of the policy, of the tenant, of all; it replaces that of the limits."""
    found = with_slo(Limits(slo=Decimal(7), hops=3), SLOS, policy=policy, tenant=tenant, is_child=False)
    assert (found.slo, found.hops) == (slo, 3)


def test_a_child_has_no_more_time_than_its_parent_has_left() -> None:
    """Its policy may want less."""
    assert with_slo(Limits(slo=Decimal(7)), SLOS, policy="intake", tenant="acme", is_child=True).slo == 7
    assert with_slo(Limits(slo=Decimal(30)), SLOS, policy="intake", tenant="acme", is_child=True).slo == 20
    assert with_slo(Limits(), SLOS, policy="intake", tenant="acme", is_child=True).slo == 20
    assert with_slo(Limits(slo=Decimal(30)), [], policy="intake", tenant="acme", is_child=False).slo == 30


def test_an_slo_is_more_than_nothing() -> None:
    """Settings that make no sense are refused."""
    with pytest.raises(ValidationError, match="greater than 0"):
        Slo(seconds=Decimal(0))


def test_a_hop_with_late_steps_is_partial() -> None:
    """Late ones say as much as failed ones; what came in time is there."""
    policy = one_rule(agent='["ask", "ocr"]', hop_timeout="5")
    history = after(History(run()), policy, {}, {"status": "timeout", "cut": "hop_timeout"})
    end = hop_end(history, now=later(5))
    assert end is not None
    last = build_context(history, end, now=later(5))["last"]
    assert (last["status"], last["joined"], last["cut"]) == ("partial", False, "hop_timeout")
