"""The timeline of a run: what was decided and why, hop by hop, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from dmnroute.cli.streams import json_text
from dmnroute.cli.views import deadlines
from dmnroute.cli.views.awaiting import lines
from dmnroute.cli.views.budgets import budget_of_history
from dmnroute.cli.views.figures import clock_time, count, indented, moment, money, seconds, value
from dmnroute.cli.views.hops import following, rule, what
from dmnroute.cli.views.undone import undone
from dmnroute.cli.views.versions import shadow_line
from dmnroute.routing.arrivals import what_becomes
from dmnroute.routing.awaiting import Awaited
from dmnroute.routing.collect_rules import Collect
from dmnroute.routing.elapsed import seconds_between
from dmnroute.routing.history import History, Hop
from dmnroute.routing.join import hop_joined
from dmnroute.routing.loops import loop_of, same_before
from dmnroute.routing.pauses import Pause
from dmnroute.routing.progress import wait_until
from dmnroute.routing.records.hop import DecisionRecord, HopEnd, OnInput
from dmnroute.routing.records.run import RunState
from dmnroute.routing.records.shadow import ShadowHop
from dmnroute.routing.records.signal import Signal
from dmnroute.routing.records.step import Outcome, PlannedStep


def timeline(
    state: RunState,
    history: History,
    *,
    waits: Awaited | None = None,
    pause: Pause | None = None,
    shadows: Sequence[ShadowHop] = (),
) -> str:
    """The whole text; `waits` is what the run waits for now, `pause` what holds it."""
    ends: list[HopEnd | None] = [hop.decision.previous for hop in history.hops[1:]]
    pairs = zip(history.hops, [*ends, None], strict=False)
    beside = {shadow.hop: f"  {shadow_line(shadow)}" for shadow in shadows if shadow.verdict != "same"}
    hops = [line for hop, end in pairs for line in _hop(hop, end, state, history, beside.get(hop.decision.hop))]
    before = [*_head(state, history), *_loop(history), *_pause(state, pause), *_waits(waits)]
    after = [*_signals(history), *_controls(history), *_undone(history), *_stop(state, beside), *_result(state)]
    return "\n".join([*before, *hops, *after])


def _head(state: RunState, history: History) -> Iterator[str]:
    run = state.run
    yield f"{run.id}  {state.status}"
    yield f"policy   {run.policy}"
    yield f"started  {moment(run.started)}, {seconds(seconds_between(run.started, state.updated))} to the latest hop"
    yield f"input    {value(run.input)}"
    if run.tags:
        yield "tags     " + ", ".join(f"{name}={text}" for name, text in run.tags.items())
    limit = f" of {money(run.limits.cost)}" if run.limits.cost is not None else ""
    yield f"cost     {money(state.cost)}{limit}"
    if budget := budget_of_history(history):
        yield f"budget   {budget}"
    yield from (f"slo      {text}" for text in deadlines.slo(state))
    if run.parent:
        yield f"parent   {run.parent.rpartition('/')[0]}, step {run.parent}"
    if run.origin:
        yield f"forked   from {run.origin.run} after hop {run.origin.hops}"
    if state.owner:
        yield f"driven by {state.owner}"


def _loop(history: History) -> Iterator[str]:
    """The circle that the run goes round in now, or went round in to its end."""
    loop = loop_of(history)
    if loop is not None:
        yield f"loop     {loop}, {count(loop.repeats + 1, 'time')} in a row"


def _pause(state: RunState, pause: Pause | None) -> Iterator[str]:
    if pause is not None:
        timers = "" if pause.scope == "agent" else f", its timers {pause.timers}"
        yield f"paused   since {moment(pause.since)}: {pause}{timers}"
    if state.released is not None:
        yield f"released {moment(state.released)}"


def _waits(waits: Awaited | None) -> Iterator[str]:
    if waits is not None:
        yield from lines(waits)


def _hop(hop: Hop, end: HopEnd | None, state: RunState, history: History, shadow: str | None) -> Iterator[str]:
    decision = hop.decision
    yield ""
    when = clock_time(decision.at)
    yield f"hop {decision.hop}  {when}  {decision.policy} version {decision.version}  {what(decision.plan)}"
    yield from _why(decision)
    if shadow is not None:
        yield shadow
    if (before := same_before(history, decision.hop)) is not None:
        yield f"  the same route as in hop {before}, for the same facts"
    if (ratio := decision.standing.get("ratio")) is not None:
        warned = ", which warns" if decision.standing.get("warning") else ""
        yield f"  {ratio * 100:.0f} % of the tenant's budget was used{warned}"
    if decision.plan.action == "wait" and (until := wait_until(hop)) is not None:
        yield f"  until {moment(until)}"
    yield from (f"  {text}" for text in (*deadlines.breach(history, decision.hop), *deadlines.given(decision.plan)))
    for step in decision.plan.steps:
        tries = "  probes a breaker" if step.id in decision.probes else ""
        yield f"  {step.id.removeprefix(f'{decision.run}/')}  {_step(step, hop.outcomes.get(step.id))}{tries}"
    if end is not None:
        yield f"  ended {_end(end, history.signals)}{_join(hop, end)}"


def _why(decision: DecisionRecord) -> Iterator[str]:
    if decision.forced is not None:
        yield f"  because control {decision.forced} forced it"
    if decision.limit is not None:
        yield f"  because limit `{decision.limit}` was reached"
    for hit in decision.rules:
        yield f"  because {hit.decision} {rule(hit)}"
    if decision.stage is not None:
        yield f"  {following(decision, decision.stage)}"
    if decision.held is not None:
        yield f"  held back until its guards have spoken: {what(decision.held)}"
    if decision.plan.reason:
        yield f"  reason: {decision.plan.reason}"
    if decision.plan.on_input is not None:
        yield f"  input that arrives meanwhile: {decision.plan.on_input}"
    if decision.plan.collect is not None:
        yield f"  collects {_collected(decision.plan.collect)}"


def _collected(collect: Collect) -> str:
    """``every field by `list```, ``verdict by `map`, amount by `sum```"""
    rules = collect if isinstance(collect, dict) else {"every field": collect}
    return ", ".join(f"{name} by `{rule}`" for name, rule in rules.items())


def _named(step: PlannedStep) -> str:
    """``review [ann]``: with the key of its branch, where that says more than the name."""
    return step.agent if step.branch in (None, step.agent) else f"{step.agent} [{step.branch}]"


def _step(step: PlannedStep, outcome: Outcome | None) -> str:
    share = f"  may cost {money(step.max_cost)}" if step.share is not None and step.max_cost is not None else ""
    if outcome is None:
        later = f", due after {seconds(step.delay)}" if step.delay is not None else ""
        return f"{_named(step)}  no outcome yet{later}{share}"
    parts = [_named(step), outcome.status]
    if outcome.confidence is not None:
        parts.append(f"confidence {outcome.confidence.normalize():f}")
    if outcome.coverage is not None:
        parts.append(f"coverage {outcome.coverage.normalize():f}")
    parts += [f"{name} {figure.normalize():f}" for name, figure in sorted(outcome.metrics.items())]
    parts += ["cost unknown" if outcome.cost is None else money(outcome.cost), seconds(outcome.latency)]
    parts += deadlines.queued(outcome)
    if outcome.tokens:
        parts.append(f"{outcome.tokens} tokens")
    if outcome.attempt > 1:
        parts.append(f"attempt {outcome.attempt}")
    if outcome.reused:
        parts.append("reused")
    if outcome.manual:
        parts.append("given by hand")
    if outcome.error is not None:
        parts.append(f"{outcome.error.kind}: {outcome.error.message}")
    if step.slot is not None and outcome.output is not None:
        parts.append(f"verdict {value(outcome.output.get('verdict'))}")
    return "  ".join(parts) + share


def _end(end: HopEnd, signals: Sequence[Signal]) -> str:
    cancelled = f"; still running and cancelled: {', '.join(end.cancelled)}" if end.cancelled else ""
    by = "".join(f" {signal.number} (`{signal.name}`)" for signal in signals if signal.number == end.signal)
    control = f" by control {end.control}" if end.control is not None else ""
    status = "restarted" if end.status == "start" else end.status
    return f"{status}{by}{control}{cancelled}"


def _join(hop: Hop, end: HopEnd) -> str:
    """Only what somebody asked for is told: a plain fan-out waits for all of its steps."""
    plan = hop.decision.plan
    if plan.join is None and plan.condition is None and plan.tolerate is None:
        return ""
    problem = f" ({end.problem})" if end.problem else ""
    return f"; join met{problem}" if hop_joined(hop, end) else f"; join not met{problem}"


def _signals(history: History) -> Iterator[str]:
    if history.signals:
        yield ""
        yield "signals"
    for signal in history.signals:
        yield f"  {signal.number}  {clock_time(signal.at)}  {signal.name}  {value(signal.payload)}"


def _controls(history: History) -> Iterator[str]:
    if history.controls:
        yield ""
        yield "controls"
    for control in history.controls:
        why = f": {control.why}" if control.why else ""
        asked = f"{control.kind} {value(control.data)}" if control.data else control.kind
        became = f"  {_BECAME[what_becomes(history, control)]}" if control.kind == "input" else ""
        yield f"  {control.number}  {clock_time(control.at)}  {asked}  by {control.who}{why}{became}"


_BECAME: Mapping[OnInput, str] = {
    "reject": "was rejected",
    "queue": "waited for the next decision",
    "interrupt": "ended the hop",
    "restart": "restarted the run",
}


def _undone(history: History) -> Iterator[str]:
    lines = [f"  {line}" for line in undone(history)]
    if lines:
        yield ""
        yield "compensation"
        yield from lines


def _stop(state: RunState, beside: Mapping[int, str]) -> Iterator[str]:
    if state.stop is not None:
        yield ""
        yield f"stopped at hop {state.stop.hop} ({state.stop.code})"
        yield indented(state.stop.message)
        if state.stop.hop in beside:
            yield beside[state.stop.hop]


def _result(state: RunState) -> Iterator[str]:
    if state.status in ("completed", "failed"):
        yield ""
        yield "result"
        yield indented(json_text(state.result, indent=2))
