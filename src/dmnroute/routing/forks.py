"""Where a run can be forked, and what a fork does: decide a hop anew, or do steps once more."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from dmnroute.errors import OperatorError
from dmnroute.routing.history import History, Hop
from dmnroute.routing.join import hop_joined
from dmnroute.routing.progress import hop_end
from dmnroute.routing.records.hop import HopEnd
from dmnroute.routing.records.run import Origin
from dmnroute.routing.records.step import Outcome
from dmnroute.routing.rounds import latest_round


def fork_before(history: History, hop: int, *, now: datetime) -> Origin:
    """The origin of a fork whose first decision is that of a hop: one that was decided, or the one after the latest.

    Raises:
        OperatorError: `unknown_hop`, or `hop_open` when the hop before hasn't ended yet.
    """
    count = len(history.hops)
    if not 1 <= hop <= count + 1 or (hop == count + 1 and _is_end(history.last)):
        raise OperatorError(
            f"run `{history.run.id}` has no hop {hop} to decide anew; it has {count}", code="unknown_hop"
        )
    return Origin(run=history.run.id, hops=hop - 1, end=_end(history, hop - 1, now=now))


def redo(history: History, steps: Collection[str]) -> Origin:
    """The origin of a fork that does steps of one hop once more; the outcomes of its other steps count as they were.

    Raises:
        OperatorError: `unknown_step`, or `steps_apart` when they aren't of one hop.
    """
    hops = [hop for hop in history.hops if {step.id for step in hop.decision.plan.steps} & set(steps)]
    known = {step.id for hop in hops for step in hop.decision.plan.steps}
    for step in steps:
        if step not in known:
            raise OperatorError(
                f"run `{history.run.id}` has no step `{step}`",
                code="unknown_step",
                hint="`dmnroute show RUN` names its steps",
            )
    if len(hops) != 1:
        raise OperatorError("steps that are done once more must be of one hop", code="steps_apart")
    return _redone(history, hops[0], steps)


def redrive(history: History) -> Origin | None:
    """The origin of a fork that does once more what went wrong last; null when nothing did.

    Steps that failed, timed out, were cancelled or never ran are done; those that went well count as they were, and
    so do those that were cancelled because enough had come in.
    """
    for hop in reversed(history.hops):
        steps = hop.decision.plan.steps
        if hop.decision.plan.action == "dispatch" and _is_work(hop) and steps:
            attempted = latest_round(_with_retries(history, hop))
            assert attempted is not None
            lost = _losers(history, hop)
            wrong = [
                step.id
                for slot, step in enumerate(steps, 1)
                if step.id not in lost and not _went_well(attempted.worked(slot))
            ]
            return _redone(history, hop, wrong) if wrong else None
    return None


def redrive_child(history: History, *, now: datetime) -> Origin | None:
    """The origin of a child run that is done once more; where nothing went wrong in it, its end is decided anew.

    Null when it has decided nothing yet.
    """
    if not history.hops:
        return None
    return redrive(history) or fork_before(history, len(history.hops), now=now)


def _redone(history: History, hop: Hop, steps: Collection[str]) -> Origin:
    number = hop.decision.hop
    if not _is_work(hop) or hop.decision.plan.action != "dispatch":
        raise OperatorError(
            f"the steps of hop {number} can't be done once more by themselves",
            code="not_again",
            hint=f"`dmnroute fork {history.run.id} --at {number}` decides the hop anew",
        )
    chosen = tuple(step.id for step in hop.decision.plan.steps if step.id in steps)
    hops = len(_with_retries(history, hop).hops)
    # What ended the hop before doesn't matter: it goes on with the steps that are done once more.
    return Origin(run=history.run.id, hops=hops, end=HopEnd(status="resumed"), again=chosen)


def _with_retries(history: History, hop: Hop) -> History:
    """The history up to a hop, and to the last of the router's retries of its steps."""
    last = hop.decision.hop
    for number, later in enumerate(history.hops[last:], last + 1):
        if later.decision.stage not in ("backoff", "retry"):
            break
        last = number if later.decision.stage == "retry" else last
    return replace(history, hops=history.hops[:last])


def _is_work(hop: Hop) -> bool:
    """Whether the hop sent what tables wanted; guards are asked for them."""
    return hop.decision.stage in ("guarded", "again") or (hop.decision.stage is None and hop.decision.held is None)


def _went_well(outcome: Outcome | None) -> bool:
    return outcome is not None and outcome.status == "ok" and outcome.coverage in (None, 1)


def _losers(history: History, hop: Hop) -> frozenset[str]:
    """The steps that were wanted no more, for the join was met without them."""
    following = history.hops[hop.decision.hop : hop.decision.hop + 1]
    end = following[0].decision.previous if following else None
    return frozenset(end.cancelled) if end is not None and end.control is None and hop_joined(hop, end) else frozenset()


def _is_end(hop: Hop | None) -> bool:
    return hop is not None and hop.decision.plan.action in ("complete", "fail")


def _end(history: History, hops: int, *, now: datetime) -> HopEnd:
    """How the hop before ended: as it was recorded, or as it stands now."""
    if hops < len(history.hops):
        # What was cancelled then is recorded where it happened.
        return history.hops[hops].decision.previous.model_copy(update={"cancelled": ()})
    end = hop_end(history, now=now)
    if end is None:
        raise OperatorError(
            f"hop {hops} of run `{history.run.id}` goes on; it can be forked up to there",
            code="hop_open",
            hint=f"`--at {hops}` decides that hop anew",
        )
    return end.model_copy(update={"cancelled": ()})
