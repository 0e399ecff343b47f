"""The time of a run in its timeline."""

from __future__ import annotations

from decimal import Decimal

import pytest
from tests.routing.deciding import after, decided, later, limited, one_rule

from dmnroute.cli.views import deadlines
from dmnroute.routing.records.run import RunState
from dmnroute.routing.records.step import Outcome


@pytest.mark.parametrize(
    ("queued", "told"), [(None, []), ("0.99", []), ("1", ["queued 1 s"]), ("75", ["queued 1 min 15 s"])]
)
def test_a_wait_in_the_queue_is_told_from_a_second_on(queued: str | None, told: list[str]) -> None:
    """What is shorter is noise."""
    outcome = Outcome(step="r/1.1", agent="ask", status="ok", queued=queued and Decimal(queued))
    assert list(deadlines.queued(outcome)) == told


def test_the_breach_is_told_at_the_first_decision_after_it() -> None:
    """Once; a run without an SLO has none."""
    history, policy = limited(slo=Decimal(60)), one_rule(agent='"ask"')
    for at in (0, 59, 60, 80):
        history = after(history, policy, {}, at=at)
    told = [list(deadlines.breach(history, hop)) for hop in range(1, 5)]
    assert told == [[], [], ["the SLO of 1 min was breached"], []]
    late = limited(slo=Decimal(60)).with_decision(decided(policy, limited(slo=Decimal(60)), at=99))
    assert list(deadlines.breach(late, 1)) == ["the SLO of 1 min was breached"]
    assert list(deadlines.breach(after(limited(), policy, {}), 1)) == []


def test_the_head_tells_the_slo() -> None:
    """And whether it was breached by the latest hop."""
    run = limited(slo=Decimal(60)).run
    states = [RunState(run=run, status="running", updated=later(seconds)) for seconds in (59, 60)]
    assert [list(deadlines.slo(state)) for state in states] == [["1 min"], ["1 min, breached"]]
