"""What people asked of a run, as its next decision sees it. Pure: the same controls always give the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from dmnroute.routing.arrivals import with_input
from dmnroute.routing.history import History, Hop
from dmnroute.routing.records.control import Control, ControlKind
from dmnroute.routing.records.step import Outcome

DECIDE_ANEW: frozenset[ControlKind] = frozenset({"facts", "force", "policy", "result", "skip", "cancel"})
"""What ends a wait, for the tables may want something else now. A ban alone changes nothing that goes on."""


def unseen(history: History) -> tuple[Control, ...]:
    """The controls that the tables haven't seen yet; hops that follow without asking them don't count."""
    asked = (hop.decision for hop in reversed(history.hops) if hop.decision.stage is None)
    seen = next((decision.controls_seen for decision in asked), 0)
    return tuple(control for control in history.controls if control.number > seen)


def interrupting(history: History) -> Control | None:
    """The control that ends a wait now; the first one, where there are several."""
    return next((control for control in unseen(history) if control.kind in DECIDE_ANEW), None)


def forced(history: History) -> Control | None:
    """The control that names the agent of the next hop in place of the tables; one without an agent takes it back."""
    latest = next((control for control in reversed(unseen(history)) if control.kind == "force"), None)
    return latest if latest is not None and latest.data.get("agent") is not None else None


def forbidden(history: History) -> Mapping[str, Control]:
    """The agents that mustn't be sent any step, each with the control that forbade it."""
    found: dict[str, Control] = {}
    for control in history.controls:
        if control.kind == "forbid":
            found[control.data["agent"]] = control
        elif control.kind == "allow":
            found.pop(control.data["agent"], None)
    return found


def policy_of(history: History, *, anew: bool = False) -> tuple[str, int | None]:
    """The policy that decides next, and its version: the one somebody named or the run keeps, else the active one.

    `anew`: the version that the run keeps has stopped it, and it is tried with what is active now.
    """
    latest = next((control for control in reversed(history.controls) if control.kind == "policy"), None)
    if latest is None:
        name, named, since = history.run.policy, None, 0
    else:
        name, named, since = latest.data["policy"], latest.data.get("version"), latest.number
    return name, named if anew or named is not None else _pinned(history, name, since)


def _pinned(history: History, policy: str, since: int) -> int | None:
    """The version that a run keeps since a control; null when it follows the active one, or nothing was decided yet.

    That of its latest decision: a fork begins without one, and a run that was tried anew keeps what helped it.
    """
    if not history.run.pins:
        return None
    own = (hop.decision for hop in reversed(history.hops[history.run.inherited :]))
    asked = (each for each in own if each.stage is None and each.controls_seen >= since and each.policy == policy)
    return next((decision.version for decision in asked), None)


def as_steered(history: History) -> History:
    """The history with the input that arrived, and the outcomes that people gave in place of those of agents."""
    history = with_input(history)
    given = {outcome.step: outcome for outcome in manual_outcomes(history)}
    if not given:
        return history
    return replace(history, hops=tuple(_with(hop, given) for hop in history.hops))


def manual_outcomes(history: History) -> Iterator[Outcome]:
    """What people gave or skipped, in their order. What an agent has cost before stays spent."""
    steps = {step.id: step for hop in history.hops for step in hop.decision.plan.steps}
    before = {outcome.step: outcome for outcome in history.outcomes()}
    for control in history.controls:
        step = steps.get(control.data.get("step", ""))
        if control.kind not in ("result", "skip") or step is None:
            continue
        base = before.get(step.id) or Outcome(step=step.id, agent=step.agent, status="skipped")
        given: Mapping[str, Any] = {"output": control.data.get("output"), "error": None, "confidence": None}
        status = "ok" if control.kind == "result" else "skipped"
        yield base.model_copy(update={**given, "status": status, "manual": True})


def _with(hop: Hop, given: Mapping[str, Outcome]) -> Hop:
    own = {step.id: given[step.id] for step in hop.decision.plan.steps if step.id in given}
    return Hop(hop.decision, {**hop.outcomes, **own}) if own else hop


def set_facts(facts: dict[str, Any], paths: Mapping[str, Any]) -> None:
    """Put values where paths such as `customer.tier` lead; null takes a fact away. What is shared isn't changed."""
    for path, value in paths.items():
        *outer, name = path.split(".")
        place = facts
        for part in outer:
            inner = place.get(part)
            place[part] = dict(inner) if isinstance(inner, dict) else {}
            place = place[part]
        if value is None:
            place.pop(name, None)
        else:
            place[name] = value
