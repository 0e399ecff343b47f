"""What is kept of a run grows with its hops, not with their square."""

from __future__ import annotations

from tests.histories.record import AGENTS
from tests.support.tables import route

from dmnroute.dmn import load
from dmnroute.routing.canonical import dumps, plain
from dmnroute.routing.filed import filed_history
from dmnroute.routing.records.run import Limits
from dmnroute.testing import run_policy

READS_ALL = route(
    ["run.hop", "facts.verdict", "agents.judge.error_rate", "budget.ratio"],
    ["agent", "action"],
    [["< {hops}", "-", "-", "-", '"judge"', "null"], ["-", "-", "-", "-", "null", '"complete"']],
)
"""Reads what of a context is recorded beside the events: figures of agents, and how budgets stand."""


async def _bytes_per_hop(hops: int) -> float:
    limits = Limits(hops=hops + 1, no_progress=hops + 1)
    model = load(READS_ALL.replace("{hops}", str(hops)).encode(), name="p.dmn")
    run = await run_policy(model, agents=AGENTS, input={"path": "a.pdf"}, limits=limits)
    assert (run.status, len(run.history.hops)) == ("completed", hops)
    return len(dumps(plain(filed_history(run.history)))) / hops


async def test_a_hop_late_in_a_run_takes_no_more_room_than_an_early_one() -> None:
    """But for the digits of its number."""
    few, many = await _bytes_per_hop(10), await _bytes_per_hop(200)
    assert many < 1.05 * few
