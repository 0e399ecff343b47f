"""Many recorded runs at once: four queries for some hundred runs, however many hops they have."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, TypeAlias, TypeVar

from sqlalchemy import ColumnElement, Connection, Tuple, bindparam, func, null, select, tuple_

from dmnroute.routing.ports.recorded import Parts, RecordedHop, RecordedRun, RecordedStep, Survey, Window
from dmnroute.routing.records.signal import Signal
from dmnroute.store import rows
from dmnroute.store.schema import controls, decisions, runs, signals, steps
from dmnroute.store.sql.leaves import LeavesOf
from dmnroute.store.sql.reading import many

T = TypeVar("T")

Conditions: TypeAlias = Sequence[ColumnElement[bool]]


def found(
    connection: Connection, window: Window, parts: Parts, *, after: tuple[datetime, str] | None, limit: int
) -> list[RecordedRun]:
    within = _within(window) if after is None else [*_within(window), _order() > _place(*after)]
    chosen = _runs(connection, within, parts, limit=limit)
    if not chosen:
        return []
    # A range, not a list of runs: a statement with so many parameters takes longer to make than to run.
    within.append(_order() <= _place(chosen[-1][3], chosen[-1][0]))
    decided = _hops(connection, within, parts)
    planned = _steps(connection, within, parts)
    told = _by_run((signal.run, signal) for signal in _signals(connection, within))
    asked = select(controls.c.run).join(runs, runs.c.id == controls.c.run).where(*within).distinct()
    steered = set(connection.scalars(asked))
    return [
        RecordedRun._make((*row, decided[row[0]], planned[row[0]], told[row[0]], row[0] in steered)) for row in chosen
    ]


def _order() -> Tuple:
    return tuple_(runs.c.started, runs.c.id)


def _place(started: datetime, run: str) -> Tuple:
    return tuple_(bindparam(None, started, runs.c.started.type), bindparam(None, run, runs.c.id.type))


def survey(connection: Connection, window: Window) -> Survey:
    conditions = _within(window)
    count = connection.scalar(select(func.count()).select_from(runs).where(*conditions)) or 0
    by_version = decisions.c.policy, decisions.c.version
    decided = select(*by_version, func.count()).join(runs, runs.c.id == decisions.c.run).where(*conditions)
    found = connection.execute(decided.group_by(*by_version).order_by(*by_version))
    return Survey(count, {(policy, version): decisions for policy, version, decisions in found})


def _within(window: Window) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [runs.c.policy == window.policy]
    if window.tenant is not None:
        conditions.append(runs.c.tenant == window.tenant)
    if window.since is not None:
        conditions.append(runs.c.started >= window.since)
    if window.until is not None:
        conditions.append(runs.c.started < window.until)
    return conditions


def _runs(connection: Connection, within: Conditions, parts: Parts, *, limit: int) -> list[tuple[Any, ...]]:
    # The record is always read: it says whether the run is a fork.
    record = LeavesOf(connection, runs.c.record, parts.settings)
    columns = (runs.c.id, runs.c.policy, runs.c.tenant, runs.c.started, runs.c.status)
    query = select(*columns, _if(parts.run, runs.c.input), _if(parts.run, runs.c.tags), record.asked)
    query = query.where(*within).order_by(runs.c.started, runs.c.id).limit(limit)
    return [(*row[:-1], record.read(row[-1])) for row in connection.execute(query).all()]


def _hops(connection: Connection, within: Conditions, parts: Parts) -> dict[str, list[RecordedHop]]:
    kept = decisions.c
    record = LeavesOf(connection, kept.record, parts.decision)
    query = select(kept.run, kept.hop, kept.at, kept.policy, kept.version, record.asked)
    query = query.join(runs, runs.c.id == kept.run).where(*within).order_by(kept.run, kept.hop)
    by_run: defaultdict[str, list[RecordedHop]] = defaultdict(list)
    for run, hop, at, policy, version, text in connection.execute(query).all():
        by_run[run].append(RecordedHop(hop, at, policy, version, record.read(text)))
    return by_run


def _steps(connection: Connection, within: Conditions, parts: Parts) -> dict[str, list[RecordedStep]]:
    kept = steps.c
    output = LeavesOf(connection, kept.output, parts.fields, wanted=parts.output)
    columns = (kept.hop, kept.id, kept.agent, kept.type, kept.status, kept.confidence, kept.cost, kept.latency)
    more = (_if(parts.planned, kept.record), _if(parts.outcome, kept.outcome), output.asked)
    query = select(kept.run, *columns, *more).join(runs, runs.c.id == kept.run)
    query = query.where(*within).order_by(kept.run, kept.hop, kept.position)
    by_run: defaultdict[str, list[RecordedStep]] = defaultdict(list)
    for run, *fields, text in connection.execute(query).all():
        by_run[run].append(RecordedStep._make((*fields, output.read(text))))
    return by_run


def _if(wanted: bool, column: ColumnElement[Any]) -> ColumnElement[Any]:
    return column if wanted else null().label(None)


def _signals(connection: Connection, within: Conditions) -> list[Signal]:
    query = select(signals).join(runs, runs.c.id == signals.c.run).where(*within)
    return [rows.signal_of(row) for row in many(connection, query.order_by(signals.c.run, signals.c.number))]


def _by_run(pairs: Iterable[tuple[str, T]]) -> dict[str, list[T]]:
    by_run: defaultdict[str, list[T]] = defaultdict(list)
    for run, item in pairs:
        by_run[run].append(item)
    return by_run
