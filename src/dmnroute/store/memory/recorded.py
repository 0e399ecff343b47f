"""Recorded runs as a database would give them, out of what memory keeps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime

from dmnroute.routing.leaves import part_of
from dmnroute.routing.ports.recorded import Parts, RecordedHop, RecordedRun, RecordedStep, Survey, Window
from dmnroute.store import rows
from dmnroute.store.memory.kept import KeptRun
from dmnroute.store.memory.plain import step_rows
from dmnroute.store.utc import in_utc


def found(
    kept: Iterable[KeptRun], window: Window, parts: Parts, *, after: tuple[datetime, str] | None, limit: int
) -> list[RecordedRun]:
    chosen = sorted((each for each in kept if _is_within(each, window)), key=_place)
    if after is not None:
        start = in_utc(after[0]), after[1]
        chosen = [run for run in chosen if _place(run) > start]
    return [_recorded(run, parts) for run in chosen[:limit]]


def survey(kept: Iterable[KeptRun], window: Window) -> Survey:
    chosen = [each for each in kept if _is_within(each, window)]
    decided = Counter((each.policy, each.version) for run in chosen for each in run.decisions)
    return Survey(len(chosen), dict(sorted(decided.items())))


def _is_within(kept: KeptRun, window: Window) -> bool:
    run = kept.state.run
    return (
        run.policy == window.policy
        and window.tenant in (None, run.tenant)
        and (window.since is None or run.started >= window.since)
        and (window.until is None or run.started < window.until)
    )


def _place(kept: KeptRun) -> tuple[datetime, str]:
    return kept.state.run.started, kept.state.run.id


def _recorded(kept: KeptRun, parts: Parts) -> RecordedRun:
    row = rows.plain(rows.run_row(kept.state.run))
    given, tags = (row["input"], row["tags"]) if parts.run else (None, None)
    return RecordedRun(
        row["id"],
        row["policy"],
        row["tenant"],
        row["started"],
        kept.state.status,
        given,
        tags,
        part_of(row["record"], parts.settings),
        list(_hops(kept, parts)),
        list(_steps(kept, parts)),
        kept.signals,
        bool(kept.controls),
    )


def _hops(kept: KeptRun, parts: Parts) -> Iterator[RecordedHop]:
    for decision in kept.decisions:
        row = rows.plain(rows.decision_row(decision))
        yield RecordedHop(row["hop"], row["at"], row["policy"], row["version"], part_of(row["record"], parts.decision))


def _steps(kept: KeptRun, parts: Parts) -> Iterator[RecordedStep]:
    for decision in kept.decisions:
        for step, given in zip(decision.plan.steps, step_rows(decision), strict=True):
            row = rows.plain(given)
            outcome = kept.outcomes[decision.hop].get(step.id)
            ended = rows.plain(rows.outcome_row(outcome, at=decision.at)) if outcome else {}
            yield RecordedStep(
                row["hop"],
                row["id"],
                row["agent"],
                row["type"],
                ended.get("status"),
                ended.get("confidence"),
                ended.get("cost"),
                ended.get("latency"),
                row["record"] if parts.planned else None,
                ended.get("outcome") if parts.outcome else None,
                part_of(ended.get("output"), parts.fields) if parts.output else None,
            )
