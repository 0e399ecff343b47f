"""Hops that come again, for the same facts: a run that goes round in circles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dmnroute.routing.arrivals import since_restart
from dmnroute.routing.history import History
from dmnroute.routing.records.hop import DecisionRecord

LONGEST = 6
"""Hops of a loop that are named; of a longer one the first and the last."""


@dataclass(frozen=True, slots=True)
class Loop:
    """The same routes again and again: the latest turn, and how often the turn before came again."""

    turn: tuple[DecisionRecord, ...]
    repeats: int
    """1 when the turn was taken twice in a row."""

    def __str__(self) -> str:
        """``hops 3-4 repeat: ocr → grade → ocr, for the same facts``"""
        numbers = _short([str(decision.hop) for decision in self.turn], "-")
        routes = _short([route_name(decision) for decision in self.turn], " → ")
        hops = f"hop {numbers} repeats" if len(self.turn) == 1 else f"hops {numbers} repeat"
        return f"{hops}: {routes} → {route_name(self.turn[0])}, for the same facts"


def loop_of(history: History) -> Loop | None:
    """The shortest loop that the latest decisions of tables make, whole turns only; null while they are new."""
    decided = decided_by_tables(history)
    prints = [decision.fingerprint for decision in decided]
    for length in range(1, len(prints) // 2 + 1):
        if prints[-1] == prints[-1 - length] and prints[-length:] == prints[-2 * length : -length]:
            return Loop(tuple(decided[-length:]), _turns_before(prints, length))
    return None


def same_before(history: History, hop: int) -> int | None:
    """The latest earlier hop that took the same route for the same facts; null when there is none."""
    known = {decision.hop: decision.fingerprint for decision in decided_by_tables(history)}
    same = [number for number in known if number < hop and known[number] == known.get(hop)]
    return max(same, default=None)


def decided_by_tables(history: History) -> list[DecisionRecord]:
    """Without what follows from a decision by itself (guards), and without the end that a limit made."""
    decisions = (hop.decision for hop in since_restart(history).hops)
    return [each for each in decisions if each.stage is None and each.limit is None and each.fingerprint]


def route_name(decision: DecisionRecord) -> str:
    """``ocr``, ``ocr + grade``, ``wait``"""
    plan = decision.intended
    if plan.action != "dispatch":
        return plan.action
    return " + ".join(dict.fromkeys(step.agent for step in plan.steps)) or "nothing"


def _turns_before(prints: Sequence[str], length: int) -> int:
    """How many times in a row, right before it, the latest turn was taken."""
    start, turns = len(prints) - length, 0
    while (before := start - (turns + 1) * length) >= 0 and prints[before : before + length] == prints[start:]:
        turns += 1
    return turns


def _short(parts: Sequence[str], between: str) -> str:
    return between.join(parts if len(parts) <= LONGEST else (parts[0], "…", parts[-1]))
