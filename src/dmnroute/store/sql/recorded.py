"""Many recorded runs at once: four queries for some hundred runs, however many hops they have."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Select, and_, func, null, or_, select

from dmnroute.routing.ports.recorded import Parts, RecordedHop, RecordedRun, RecordedStep, Survey, Window
from dmnroute.routing.records.signal import Signal
from dmnroute.store import rows
from dmnroute.store.schema import controls, decisions, runs, signals, steps
from dmnroute.store.sql.leaves import LeavesOf
from dmnroute.store.sql.reading import many

T = TypeVar("T")


def found(
    connection: Connection, window: Window, parts: Parts, *, after: tuple[datetime, str] | None, limit: int
) -> list[RecordedRun]:
    chosen = _runs(connection, window, parts, after=after, limit=limit)
    if not chosen:
        return []
    ids = [row[0] for row in chosen]
    decided = _hops(connection, ids, parts)
    planned = _steps(connection, ids, parts)
    told = _by_run((signal.run, signal) for signal in _signals(connection, ids))
    steered = set(connection.scalars(select(controls.c.run).where(controls.c.run.in_(ids)).distinct()))
    return [
        RecordedRun._make((*row, decided[row[0]], planned[row[0]], told[row[0]], row[0] in steered)) for row in chosen
    ]


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


def _runs(
    connection: Connection, window: Window, parts: Parts, *, after: tuple[datetime, str] | None, limit: int
) -> list[tuple[Any, ...]]:
    # The record is always read: it says whether the run is a fork.
    record = LeavesOf(connection, runs.c.record, parts.settings)
    columns = (runs.c.id, runs.c.policy, runs.c.tenant, runs.c.started, runs.c.status)
    query = select(*columns, _if(parts.run, runs.c.input), _if(parts.run, runs.c.tags), record.asked)
    query = query.where(*_within(window)).order_by(runs.c.started, runs.c.id).limit(limit)
    if after is not None:
        start, run = after
        query = query.where(or_(runs.c.started > start, and_(runs.c.started == start, runs.c.id > run)))
    return [(*row[:-1], record.read(row[-1])) for row in connection.execute(query).all()]


def _hops(connection: Connection, ids: Sequence[str], parts: Parts) -> dict[str, list[RecordedHop]]:
    kept = decisions.c
    record = LeavesOf(connection, kept.record, parts.decision)
    query = select(kept.run, kept.hop, kept.at, kept.policy, kept.version, record.asked)
    query = query.where(kept.run.in_(ids)).order_by(kept.run, kept.hop)
    by_run: defaultdict[str, list[RecordedHop]] = defaultdict(list)
    for run, hop, at, policy, version, text in connection.execute(query).all():
        by_run[run].append(RecordedHop(hop, at, policy, version, record.read(text)))
    return by_run


def _steps(connection: Connection, ids: Sequence[str], parts: Parts) -> dict[str, list[RecordedStep]]:
    kept = steps.c
    output = LeavesOf(connection, kept.output, parts.fields, wanted=parts.output)
    columns = (kept.hop, kept.id, kept.agent, kept.type, kept.status, kept.confidence, kept.cost, kept.latency)
    more = (_if(parts.planned, kept.record), output.asked, _if(parts.outcome, kept.outcome))
    query = select(kept.run, *columns, *more).where(kept.run.in_(ids)).order_by(kept.run, kept.hop, kept.position)
    by_run: defaultdict[str, list[RecordedStep]] = defaultdict(list)
    for run, *fields, text, outcome in connection.execute(query).all():
        by_run[run].append(RecordedStep(*fields, output.read(text), outcome))
    return by_run


def _if(wanted: bool, column: ColumnElement[Any]) -> ColumnElement[Any]:
    return column if wanted else null().label(None)


def _signals(connection: Connection, ids: Sequence[str]) -> list[Signal]:
    query = select(signals).where(signals.c.run.in_(ids)).order_by(signals.c.run, signals.c.number)
    return [rows.signal_of(row) for row in many(connection, query)]


def _by_run(pairs: Iterable[tuple[str, T]]) -> dict[str, list[T]]:
    by_run: defaultdict[str, list[T]] = defaultdict(list)
    for run, item in pairs:
        by_run[run].append(item)
    return by_run
