"""Records as a database would give them back: what memory keeps, and no value that only Python has."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from dmnroute.routing.history import History
from dmnroute.routing.ports.runs import HopWrite
from dmnroute.routing.records.hop import DecisionRecord
from dmnroute.routing.records.run import Run, RunState
from dmnroute.routing.records.step import Outcome
from dmnroute.store import rows
from dmnroute.store.memory.kept import KeptRun
from dmnroute.store.utc import in_utc


def plain_change(change: HopWrite) -> HopWrite:
    at = in_utc(change.at)
    return HopWrite(
        status=change.status,
        at=at,
        outcomes=[plain_outcome(outcome, at) for outcome in change.outcomes],
        decision=plain_decision(change.decision) if change.decision else None,
        stop=rows.stop_of(rows.plain({"stop": rows.stop_row(change.stop)})["stop"]),
        result=rows.plain({"result": change.result})["result"],
        breakers=change.breakers,
        held=change.held,
        shadow=rows.shadow_hop_of(rows.plain(rows.shadow_row(change.shadow))) if change.shadow else None,
    )


def plain_outcome(outcome: Outcome, at: datetime) -> Outcome:
    return rows.outcome_of({"id": outcome.step} | rows.plain(rows.outcome_row(outcome, at=at)))


def plain_decision(decision: DecisionRecord) -> DecisionRecord:
    steps = tuple(rows.step_of(rows.plain(row)) for row in step_rows(decision))
    return rows.decision_of(rows.plain(rows.decision_row(decision)), steps)


def kept_run(run: Run, state: RunState, history: History, begun: History | None) -> KeptRun:
    """A run that happened elsewhere; `begun` is what a fork began with."""
    own = history.hops[run.inherited :]
    return KeptRun(
        rows.state_of(rows.plain(rows.run_row(run)) | rows.plain(rows.state_row(state))),
        decisions=[plain_decision(hop.decision) for hop in own],
        outcomes={
            hop.decision.hop: {step: plain_outcome(each, state.updated) for step, each in hop.outcomes.items()}
            for hop in own
        },
        signals=[rows.signal_of(rows.plain(rows.signal_row(signal, key=None))) for signal in history.signals],
        controls=[rows.control_of(rows.plain(rows.control_row(control))) for control in history.controls],
        begun=begun,
    )


def step_rows(decision: DecisionRecord) -> Iterator[rows.Row]:
    for position, step in enumerate(decision.plan.steps, 1):
        yield rows.step_row(step, hop=decision.hop, position=position)
