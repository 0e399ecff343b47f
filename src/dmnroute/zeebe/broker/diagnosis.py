"""Why a broker didn't start, from what it left in its log."""

from __future__ import annotations

import re
from dataclasses import dataclass

from dmnroute.errors import OperatorError

TAIL = 12
"""Lines of the log that are shown."""

WIDEST = 200
"""Characters of a line that are shown: stack traces and class paths are long."""


@dataclass(frozen=True, slots=True)
class Cause:
    """One way in which a start fails, and how to know it."""

    pattern: str
    reason: str
    hint: str


MEMORY_HINT = "give it another amount with `--memory`, or close something else"

CAUSES = (
    Cause(
        r"Port \d+ was already in use|Address already in use",
        "a port that it needs was taken meanwhile",
        "start it again: another port is chosen; `--port-offset 100` moves all of them",
    ),
    Cause(r"UnsupportedClassVersionError", "this Java is too old for it", "set JAVA_HOME to Java 21 or newer"),
    Cause(
        r"Unrecognized VM option|Unrecognized option:|Invalid maximum heap size",
        "this Java doesn't know one of the options it was given",
        "look at `--memory`, and at the options for the JVM",
    ),
    Cause(
        r"OutOfMemoryError|GC triggered before VM initialization|insufficient memory"
        r"|Could not reserve enough space|Cannot allocate memory",
        "it has not enough memory",
        MEMORY_HINT,
    ),
    Cause(r"No space left on device|Out of disk space", "the disk is full", "make room, or choose `--data` elsewhere"),
    Cause(
        r"Failed to bind properties under '",
        "it refuses one of the settings that it was given",
        "look at what was given with `--env`",
    ),
    Cause(
        r"CorruptedJournalException|CorruptedSnapshotException",
        "it can't read the data of an earlier start",
        "`--fresh` drops them",
    ),
)
"""Looked for in this order: what comes first is more specific."""

KILLED = 9

GIVEN_UP = re.compile(r"Failed to start broker|APPLICATION FAILED TO START|Uncaught exception in 'Startup'")
"""What Zeebe says when it has given up; its process may hang then instead of ending."""

_ROUTINE = re.compile(r"\S+ \S+ (INFO|DEBUG|TRACE) ")
_STACK_FRAME = re.compile(r"\s+(at |\.\.\. )")


def failed_start(name: str, log: str, log_file: str, *, exit_code: int | None, seconds: float) -> OperatorError:
    """The error for a broker that has ended, or (no exit code) isn't ready after so many seconds."""
    found = next((cause for cause in CAUSES if re.search(cause.pattern, log)), None)
    cause = found or _by_end(exit_code, seconds)
    lines = _last_lines(log)
    excerpt = "".join(f"\n  {line}" for line in lines)
    shown = f"; the last lines of `{log_file}`:{excerpt}" if lines else f"; `{log_file}` is empty"
    return OperatorError(f"broker `{name}` didn't start: {cause.reason}{shown}", code="broker_failed", hint=cause.hint)


def _by_end(exit_code: int | None, seconds: float) -> Cause:
    if exit_code is None:
        hint = "is the machine busy? `--patience` gives it more seconds; the log says what it was doing"
        return Cause("", f"it isn't ready after {seconds:g} seconds", hint)
    if exit_code == -KILLED:
        return Cause("", "the system ended it by force, as it does when memory runs out", MEMORY_HINT)
    how = f"by signal {-exit_code}" if exit_code < 0 else f"with exit code {exit_code}"
    return Cause("", f"it ended {how}", "the log says why; `dmnroute broker logs` shows more of it")


def _last_lines(log: str) -> list[str]:
    """The last lines that say something: no frames of stack traces, nothing of routine when there is anything else."""
    lines = [line.rstrip() for line in log.splitlines() if line.strip() and not _STACK_FRAME.match(line)]
    telling = [line for line in lines if not _ROUTINE.match(line)] or lines
    return [line if len(line) <= WIDEST else f"{line[:WIDEST]}…" for line in telling[-TAIL:]]
