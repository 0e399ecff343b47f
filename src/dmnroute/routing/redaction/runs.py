"""Redact runs: events are replaced, and every decision is taken anew from them.

So nothing that a table made of a value stays behind, and the file replays. A run has to go the same way as it did;
where a route hangs on a value that is gone, it is said which one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from dmnroute.errors import DmnrouteError, OperatorError
from dmnroute.routing.history import History, Hop
from dmnroute.routing.records.hop import DecisionRecord, Plan
from dmnroute.routing.redaction.placeholders import Placeholders
from dmnroute.routing.redaction.report import Redaction
from dmnroute.routing.redaction.rules import Rules
from dmnroute.routing.redaction.values import RUN_ID, Values, new_ids
from dmnroute.routing.redaction.words import words_of
from dmnroute.routing.replay import replay
from dmnroute.routing.stored_history import StoredHistory, StoredRuns


def redacted(runs: StoredRuns, rules: Rules) -> StoredRuns:
    """The runs without the values that the rules, and the default, replace.

    Raises:
        OperatorError: `diverges`, when a run doesn't replay even as it is; `redaction_changes_route`.
    """
    for each in runs.each():
        _refuse_diverging(each)
    rules = replace(rules, words=words_of(runs.policies, runs.catalogue))
    values = _values(runs, rules)
    histories = tuple(_redacted(each, values, runs) for each in runs.each())
    report = Redaction(
        redact=rules.redact,
        keep=rules.keep,
        fields={path: count for path, count in sorted(values.replaced.items()) if count},
        values=len(values.placeholders),
    )
    return replace(runs, histories=histories, redaction=report)


def _values(runs: StoredRuns, rules: Rules) -> Values:
    values = Values(rules, Placeholders(rules.words), new_ids(runs.histories, rules))
    values.replaced[".".join(RUN_ID)] = sum(old != new for old, new in values.ids.items())
    return values


def _redacted(run: StoredHistory, values: Values, runs: StoredRuns) -> History:
    turned = _anew(run, values)
    if turned.changed is not None:
        raise _changes_route(run, turned, values, runs)
    return turned.history


@dataclass(frozen=True, slots=True)
class _Turned:
    """A history taken anew, and the first decision that comes out otherwise."""

    history: History
    changed: DecisionRecord | None = None
    now: DecisionRecord | DmnrouteError | None = None


def _anew(run: StoredHistory, values: Values, hops: int | None = None) -> _Turned:
    """The redacted history, as far as it goes the same way."""
    recorded = run.history
    history = History(
        values.run(recorded.run),
        signals=values.signals(recorded.signals),
        controls=values.controls(recorded.controls),
        ancestors=tuple(map(values.run, recorded.ancestors)),
    )
    for hop in recorded.hops[:hops]:
        asked = replace(history, hops=(*history.hops, Hop(values.decision(hop.decision))))
        now = replay(asked, len(asked.hops), policy=run.policy, catalogue=run.catalogue).now
        if isinstance(now, DmnrouteError) or _way(now) != _way(hop.decision):
            return _Turned(history, hop.decision, now)
        history = replace(history, hops=(*history.hops, Hop(now, values.outcomes(hop.outcomes, now.plan))))
    return _Turned(history)


def _way(decision: DecisionRecord) -> tuple[Any, ...]:
    """What has to be the same: the rules, who is sent, and how the hop ends; not what they are told."""
    return decision.rules, decision.stage, decision.limit, _outline(decision.plan), _outline(decision.intended)


def _outline(plan: Plan) -> tuple[Any, ...]:
    steps = [(step.agent, step.type, step.slot) for step in plan.steps]
    return plan.action, steps, plan.join, plan.condition, plan.tolerate, plan.wait, plan.hop_timeout, plan.form


def _refuse_diverging(run: StoredHistory) -> None:
    for again in run.replayed():
        if not again.identical:
            name = run.history.run.id
            raise OperatorError(
                f"run `{name}` doesn't replay: hop {again.recorded.hop} comes out otherwise even as it is,"
                " so nobody could tell what its redaction changes",
                code="diverges",
                hint=f"`dmnroute replay {name}` shows what differs; `--as-it-is` exports it without redaction",
            )


def _changes_route(run: StoredHistory, turned: _Turned, values: Values, runs: StoredRuns) -> OperatorError:
    assert turned.changed is not None
    hop = turned.changed.hop
    needed = [field for field in values.replaced if _helps(field, run, values.rules, runs, hop)]
    keep = " ".join(f"--keep {field}" for field in needed[:1])
    return OperatorError(
        f"run `{run.history.run.id}`, hop {hop}: without its values it would go another way"
        f" ({_told(turned.changed)}; now {_told(turned.now)})",
        code="redaction_changes_route",
        hint=f"the tables ask for a value that is replaced: {keep}"
        if keep
        else f"keep what the tables ask for, with --keep, of: {', '.join(sorted(values.replaced))}",
    )


def _helps(field: str, run: StoredHistory, rules: Rules, runs: StoredRuns, hop: int) -> bool:
    """Whether the run goes its way up to the hop when this one is kept."""
    kept = replace(rules, keep=(*rules.keep, field))
    return _anew(run, _values(runs, kept), hop).changed is None


def _told(decision: DecisionRecord | DmnrouteError | None) -> str:
    if isinstance(decision, DecisionRecord):
        return ", ".join(_rules(decision)) or decision.stage or decision.plan.action
    return f"`{decision.code}`" if decision is not None else "nothing"


def _rules(decision: DecisionRecord) -> Iterator[str]:
    return (f"{hit.decision} rule {hit.rule}" for hit in decision.rules)
