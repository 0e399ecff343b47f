"""What a guard says about a step, and what that makes of the step's input or output."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypeAlias, get_args

from dmnroute.errors import did_you_mean
from dmnroute.routing.records.base import Record
from dmnroute.routing.records.step import Outcome, PlannedStep, StepError

Word: TypeAlias = Literal["allow", "observe", "redact", "reroute", "block"]
Side: TypeAlias = Literal["before", "after"]

WORDS: tuple[Word, ...] = get_args(Word)
"""From the mildest to the hardest."""
STOPPING: frozenset[Word] = frozenset({"block", "reroute"})
LONGEST_REASON = 500
"""Characters of a guard's reason that get into an error's message."""


class Verdict(Record):
    """A guard's answer about one step, as tables read it. A guard that gives none blocks."""

    guard: str
    agent: str
    """The agent whose input or output was looked at."""
    side: Side
    verdict: Word
    reason: str | None = None
    kind: str | None = None
    """The kind of error that the step fails with, where it is stopped."""
    redacted: dict[str, Any] | None = None
    """The fields that take the place of those that were there."""

    def error(self) -> StepError | None:
        """Why the step is stopped; null when it goes on."""
        if self.verdict not in STOPPING or self.kind is None:
            return None
        looked_at = f"the {'input' if self.side == 'before' else 'output'} of `{self.agent}`"
        did = "blocked" if self.verdict == "block" else "sent back"
        why = f": {self.reason[:LONGEST_REASON]}" if self.reason else ""
        return StepError(kind=self.kind, message=f"guard `{self.guard}` {did} {looked_at}{why}")

    def through(self, value: Mapping[str, Any]) -> dict[str, Any]:
        """An input or output as the guard lets it through."""
        return {**value, **(self.redacted or {})}


def verdict_of(outcome: Outcome, guarded: PlannedStep, side: Side) -> Verdict:
    """What a guard's outcome says about the step that it guards."""
    output = outcome.output or {}
    problem = _problem(outcome, output)
    about = {"guard": outcome.agent, "agent": guarded.agent, "side": side}
    if problem is not None:
        return Verdict(**about, verdict="block", kind="guard_failed", reason=problem)
    word: Word = output["verdict"]
    return Verdict(
        **about,
        verdict=word,
        reason=_text(output.get("reason")),
        kind=_kind(word, _text(output.get("kind"))),
        redacted=output["redacted"] if word == "redact" else None,
    )


def _problem(outcome: Outcome, output: Mapping[str, Any]) -> str | None:
    """Why an outcome is no verdict."""
    if outcome.status != "ok":
        cause = f"{outcome.error.kind}: {outcome.error.message}" if outcome.error else outcome.status
        return f"it gave no verdict ({cause})"
    word = output.get("verdict")
    if word not in WORDS:
        meant = did_you_mean(word, WORDS) if isinstance(word, str) else ""
        return f"`{word}` is no verdict{meant}"
    if word == "redact" and not isinstance(output.get("redacted"), dict):
        return "it redacts, and gives no `redacted`"
    return None


def _kind(word: Word, said: str | None) -> str | None:
    match word:
        case "block":
            return said or "refused"
        case "reroute":
            return said or "rerouted"
    return None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def after_verdict(outcome: Outcome, verdict: Verdict) -> Outcome:
    """The outcome as tables see it. What a guard stopped has no output: it never becomes a fact."""
    error = verdict.error()
    if error is not None:
        return outcome.model_copy(
            update={"status": "failed", "error": error, "output": None, "confidence": None, "proposal": []}
        )
    if verdict.redacted is None:
        return outcome
    return outcome.model_copy(update={"output": verdict.through(outcome.output or {})})


def withheld(outcome: Outcome, guard: str) -> Outcome:
    """An outcome that a guard hasn't seen yet: nobody else may see it either."""
    error = StepError(kind="guard_failed", message=f"guard `{guard}` wasn't asked about the output")
    return outcome.model_copy(
        update={"status": "failed", "error": error, "output": None, "confidence": None, "proposal": []}
    )
