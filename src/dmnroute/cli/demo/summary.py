"""What a demo has to say at its end."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dmnroute.cli.demo.audit import Audit, names_of
from dmnroute.cli.demo.board import Board
from dmnroute.cli.demo.change import Change
from dmnroute.cli.demo.texts import duration, many, money
from dmnroute.cli.extras import remedy
from dmnroute.routing.what_if import WhatIf


@dataclass(frozen=True, slots=True)
class Summary:
    """The figures of a whole demo."""

    board: Board
    audit: Audit
    documents: dict[str, str]
    """Run id → name."""
    again: Sequence[str]
    """The command of the demo without `--set` and `--session`, to give it once more."""
    changes: Sequence[Change]
    seconds: float
    cpu_seconds: float
    missing: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Agents that were asked for, with the modules that they need and that aren't installed."""

    @property
    def exit_code(self) -> int:
        """0 when every document reached an end and every decision came out the same once more."""
        return 1 if self.board.errors or self.audit.differences or self.board.resting < len(self.documents) else 0

    def lines(self) -> Iterator[str]:
        """For people."""
        rate = (self.board.resting - self.board.resumed) / max(self.seconds, 0.001)
        session = self.board.started.session if self.board.started else ""
        yield (
            f"session {session}: {many(self.board.resting, 'document')} in {duration(self.seconds)}"
            f" ({rate:.1f} per second)"
        )
        yield from (f"  {count:>4}  {words}" for words, count in self.board.ends.most_common() if count)
        yield from self._errors()
        yield (
            f"{many(self.board.hops, 'hop')} · {money(self.board.cost)} simulated (as the agents declare it)"
            f" · {duration(self.cpu_seconds)} of CPU measured"
        )
        yield f"{many(self.audit.decisions, 'decision')} re-evaluated, {self.audit.identical} identical"
        yield from (f"  {line}" for line in self.audit.differences)
        if self.missing:
            names = ", ".join(f"`{agent}`" for agent in self.missing)
            install = remedy([module for modules in self.missing.values() for module in modules])
            yield f"the tables had to do without {names}: {install} brings what they need"
        if self.changes:
            yield self._of_changes()
        if self.audit.what_if is not None:
            yield from self._of_what_if(self.audit.what_if)

    def document(self) -> dict[str, Any]:
        """For programs."""
        found = self.audit.what_if
        return {
            "event": "summary",
            "session": self.board.started.session if self.board.started else None,
            "documents": len(self.documents),
            "ends": {words: count for words, count in self.board.ends.items() if count},
            "hops": self.board.hops,
            "cost": self.board.cost,
            "cost_is": "simulated",
            "cpu_seconds": round(self.cpu_seconds, 3),
            "seconds": round(self.seconds, 3),
            "decisions": self.audit.decisions,
            "identical": self.audit.identical,
            "differences": self.audit.differences,
            "missing": self.missing,
            "rerouted": [self.documents[run] for run in self.audit.rerouted] if self.changes else None,
            "what_if": None if found is None else self._what_if(found),
            "exit_code": self.exit_code,
        }

    def _errors(self) -> Iterator[str]:
        """Documents that reached no end, those with the same message together."""
        alike: dict[tuple[str, str], list[str]] = {}
        for run, end in self.board.errors.items():
            alike.setdefault((end.words, end.error), []).append(run)
        for (words, error), runs in alike.items():
            yield f"{names_of(runs, self.documents)}: {words}"
            yield from (f"    {line}" for line in error.splitlines())

    def _of_changes(self) -> str:
        changes = "; ".join(map(str, self.changes))
        count = len(self.audit.rerouted)
        takes = "takes" if count == 1 else "take"
        which = f" ({names_of(self.audit.rerouted, self.documents)})" if count else ""
        of = f"{count} of {many(len(self.documents), 'document')}"
        return f"with {changes}: {of} {takes} another route than with the file{which}"

    def _of_what_if(self, found: WhatIf) -> Iterator[str]:
        shift, count = found.shift, len(found.rerouted)
        takes = "takes" if count == 1 else "take"
        which = names_of(found.rerouted, self.documents)
        yield (
            f"what if: {shift.decision} rule {shift.rule}, {shift.label} `{shift.new}` instead of `{shift.old}`:"
            f" {count} of {many(found.of, 'document')}{self._which(found)} {takes} another route ({which})"
        )
        yield f"  try it: {self._command(found)}"

    def _which(self, found: WhatIf) -> str:
        """Documents that were on their way while the policy changed say nothing; of very many a part is looked at."""
        return "" if found.of == len(self.documents) else f" looked at, decided by version {self.board.version} alone,"

    def _what_if(self, found: WhatIf) -> dict[str, Any]:
        shift = found.shift
        return {
            "decision": shift.decision,
            "rule": shift.rule,
            "column": shift.label,
            "old": shift.old,
            "new": shift.new,
            "rerouted": [self.documents[run] for run in found.rerouted],
            "of": found.of,
            "command": self._command(found),
        }

    def _command(self, found: WhatIf) -> str:
        shift = found.shift
        change = Change(shift.decision, shift.rule, shift.column, shift.new)
        others = [change for change in self.changes if not change.same_cell(shift.decision, shift.rule, shift.column)]
        sets = [part for each in [*others, change] for part in ("--set", str(each))]
        return shlex.join([*self.again, *sets])
