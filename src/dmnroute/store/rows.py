"""Records as rows, and back. Both stores keep what is written here, so they give back the same."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel

from dmnroute.routing.amounts import Amounts
from dmnroute.routing.budgets import Account, AccountState, Reservation
from dmnroute.routing.ports.agents import KnownAgent
from dmnroute.routing.records.control import Control
from dmnroute.routing.records.hop import DecisionRecord
from dmnroute.routing.records.policy_change import PolicyChange
from dmnroute.routing.records.run import Run, RunState, Stop
from dmnroute.routing.records.shadow import ShadowHop
from dmnroute.routing.records.signal import Signal
from dmnroute.routing.records.step import Outcome, PlannedStep
from dmnroute.routing.reuse_key import reuse_digest
from dmnroute.store.json_text import from_text, not_json, to_text
from dmnroute.store.utc import in_utc

Row = dict[str, Any]

_RUN = ("id", "policy", "tenant", "started", "parent", "process_instance", "input", "tags")
_STATE = ("status", "hop", "cost", "updated", "stop", "result", "owner", "lease_until", "held", "released")
_DECISION = ("run", "hop", "at", "policy", "version", "digest")
_STEP = ("id", "run", "agent", "type", "version", "deadline", "input")
_OUTCOME = ("status", "confidence", "cost", "latency", "output")
_SIGNAL = ("run", "number", "name", "payload", "at")
_POLICY_CHANGE = ("policy", "number", "kind", "version", "tenant", "who", "why", "at")
_SHADOW = ("run", "hop", "at", "policy", "tenant", "version", "beside", "verdict")
_CONTROL = ("run", "number", "kind", "data", "who", "why", "at", "key")


TELLING = ("ok", "failed", "timeout")
"""The statuses of outcomes that tell how an agent is doing."""

JSON_COLUMNS = {
    "accounts",
    "amounts",
    "grants",
    "reserved",
    "spent",
    "input",
    "tags",
    "record",
    "stop",
    "result",
    "output",
    "outcome",
    "payload",
    "data",
    "schemas",
}


def plain(row: Row) -> Row:
    """A row as a database would give it back: JSON read from its text, times in UTC."""
    return {name: _plain(value, is_json=name in JSON_COLUMNS) for name, value in row.items()}


def _plain(value: Any, *, is_json: bool) -> Any:
    if is_json or isinstance(value, str):
        return from_text(to_text(value))
    return in_utc(value) if isinstance(value, datetime) else value


def run_row(run: Run) -> Row:
    """What never changes of a run."""
    row, rest = _split(run, _RUN)
    return row | {"record": rest}


def run_of(row: Row) -> Run:
    return Run.model_validate(_columns(row, _RUN) | row["record"])


def new_state(run: Run) -> RunState:
    """The state of a run that has just been started."""
    return RunState(run=run, status="running", updated=run.started)


def state_row(state: RunState) -> Row:
    """What changes of a run."""
    row, _ = _split(state, _STATE, without={"run"})
    return row | {"stop": stop_row(state.stop)}


def state_of(row: Row) -> RunState:
    return RunState.model_validate(_columns(row, _STATE) | {"run": run_of(row)})


def stop_row(stop: Stop | None) -> Row | None:
    return None if stop is None else stop.model_dump() | {"at": stop.at.isoformat()}


def stop_of(row: Row | None) -> Stop | None:
    return None if row is None else Stop.model_validate(row)


def decision_row(decision: DecisionRecord) -> Row:
    """A decision without its steps, which have rows of their own."""
    row, rest = _split(decision, _DECISION)
    del rest["plan"]["steps"]
    return row | {"record": rest}


def decision_of(row: Row, steps: tuple[PlannedStep, ...]) -> DecisionRecord:
    rest = row["record"]
    return DecisionRecord.model_validate(_columns(row, _DECISION) | rest | {"plan": rest["plan"] | {"steps": steps}})


def step_row(step: PlannedStep, *, hop: int, position: int) -> Row:
    """A step as planned; its position counts from 1."""
    row, rest = _split(step, _STEP)
    return row | {"hop": hop, "position": position, "input_digest": _input_digest(step), "record": rest}


def _input_digest(step: PlannedStep) -> str:
    try:
        return reuse_digest(step)
    except (TypeError, ValueError, RecursionError) as error:
        raise not_json(error) from error


def step_of(row: Row) -> PlannedStep:
    return PlannedStep.model_validate(_columns(row, _STEP) | row["record"])


def outcome_row(outcome: Outcome, *, at: datetime) -> Row:
    """What an outcome adds to the row of its step."""
    row, rest = _split(outcome, _OUTCOME)
    del rest["step"]
    return row | {"ended": at, "outcome": rest}


def outcome_of(row: Row) -> Outcome:
    return Outcome.model_validate({"step": row["id"]} | _columns(row, _OUTCOME) | row["outcome"])


def signal_row(signal: Signal, *, key: str | None) -> Row:
    row, _ = _split(signal, _SIGNAL)
    return row | {"key": key}


def signal_of(row: Row) -> Signal:
    return Signal.model_validate(_columns(row, _SIGNAL))


def control_row(control: Control) -> Row:
    row, _ = _split(control, _CONTROL)
    return row


def control_of(row: Row) -> Control:
    return Control.model_validate(_columns(row, _CONTROL))


def policy_change_row(change: PolicyChange) -> Row:
    row, rest = _split(change, _POLICY_CHANGE)
    moments = {name: in_utc(rest[name]).isoformat() if rest[name] else None for name in ("starts", "ends")}
    return row | {"record": rest | moments}


def policy_change_of(row: Row) -> PolicyChange:
    return PolicyChange.model_validate(_columns(row, _POLICY_CHANGE) | row["record"])


def shadow_row(shadow: ShadowHop) -> Row:
    """What a shadow made of a hop; `before` and `after` are what is counted by."""
    row, rest = _split(shadow, _SHADOW)
    return row | {"before": shadow.decided.name, "after": shadow.shadow.name, "record": rest}


def shadow_hop_of(row: Row) -> ShadowHop:
    return ShadowHop.model_validate(_columns(row, _SHADOW) | row["record"])


def account_row(state: AccountState) -> Row:
    account = state.account
    record = account.model_dump(exclude={"starts", "ends", "limits"}, exclude_none=True)
    return {
        "key": account.key,
        "run": account.run,
        "starts": account.starts,
        "ends": account.ends,
        "record": record | {"limits": amounts_row(account.limits)},
        "spent": amounts_row(state.spent),
        "reserved": amounts_row(state.reserved),
    }


def account_of(row: Row) -> AccountState:
    account = Account.model_validate(row["record"] | {"starts": row["starts"], "ends": row["ends"]})
    return AccountState(
        account=account,
        spent=Amounts.model_validate(row["spent"]),
        reserved=Amounts.model_validate(row["reserved"]),
    )


def reservation_row(reservation: Reservation) -> Row:
    return {
        "step": reservation.step,
        "run": reservation.run,
        "accounts": list(reservation.accounts),
        "amounts": amounts_row(reservation.amounts),
        "grants": {key: amounts_row(grant) for key, grant in reservation.grants.items()},
    }


def reservation_of(row: Row) -> Reservation:
    return Reservation.model_validate(row)


def amounts_row(amounts: Amounts) -> Row:
    """What is known of each measure."""
    return amounts.model_dump(exclude_none=True)


def agent_row(agent: KnownAgent) -> Row:
    return {"name": agent.name, "version": agent.version, "schemas": agent.schemas, "seen": in_utc(agent.seen)}


def job_type(agent: str) -> str:
    """The type of an agent's steps."""
    return f"agent.{agent}"


def _columns(row: Row, names: tuple[str, ...]) -> Row:
    return {name: row[name] for name in names}


def _split(record: BaseModel, names: tuple[str, ...], *, without: set[str] | None = None) -> tuple[Row, Row]:
    """The fields that are columns, and all others."""
    try:
        rest = record.model_dump(exclude=without)
    except (ValueError, RecursionError) as error:
        raise not_json(error) from error
    return {name: rest.pop(name) for name in names}, rest
