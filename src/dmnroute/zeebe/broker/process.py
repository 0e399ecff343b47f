"""Processes that go on without us, known by number and start time: numbers are given again."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict

PAUSE = 0.05

LAST_PATIENCE = 10.0
"""Seconds that the system has to end a process by force."""

WINDOWS_DETACHED = 0x00000208
"""DETACHED_PROCESS and CREATE_NEW_PROCESS_GROUP: what a session of its own is there."""

_CHILDREN: dict[int, subprocess.Popen[bytes]] = {}
"""Those that this process started: only it can take notice of their end."""


class Process(BaseModel):
    """One process of this machine."""

    model_config = ConfigDict(frozen=True)

    pid: int
    started: str
    """When it started, as text: only compared, never computed with."""

    def is_alive(self) -> bool:
        """Whether it still runs. A later process with the same number is another one."""
        is_there = self.exit_code() is None and start_of(self.pid) == self.started
        if not is_there:
            self.exit_code()  # it may have ended between the two looks: nobody else takes notice of that
        return is_there

    def exit_code(self) -> int | None:
        """How it ended, when this process started it; negative: the signal that ended it."""
        child = _CHILDREN.get(self.pid)
        return child.poll() if child is not None else None

    def memory(self) -> int:
        """Bytes of memory that it holds; 0 when it is gone."""
        import psutil

        try:
            return int(psutil.Process(self.pid).memory_info().rss) if self.is_alive() else 0
        except psutil.Error:
            return 0

    def stop(self, *, patience: float) -> bool:
        """Ask it to end, and end it by force after so many seconds. Returns whether it ended by itself."""
        import psutil

        if not self.is_alive():
            return True
        try:
            psutil.Process(self.pid).terminate()
            if self._has_ended_within(patience):
                return True
            psutil.Process(self.pid).kill()
            self._has_ended_within(LAST_PATIENCE)
        except psutil.NoSuchProcess:
            return True
        return False

    def _has_ended_within(self, seconds: float) -> bool:
        until = time.monotonic() + seconds
        while self.is_alive():
            if time.monotonic() > until:
                return False
            time.sleep(PAUSE)
        return True


def launch(command: Sequence[str], *, environment: Mapping[str, str], log: Path, folder: Path) -> Process:
    """Start a program in a session of its own, its output in a file: it outlives us and our terminal.

    Raises:
        OSError: the program can't be started.
    """
    with log.open("wb") as output:
        child = subprocess.Popen(
            command,
            env=dict(environment),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            creationflags=WINDOWS_DETACHED if sys.platform == "win32" else 0,
        )
    _CHILDREN[child.pid] = child
    return Process(pid=child.pid, started=start_of(child.pid) or "")


def start_of(pid: int) -> str | None:
    """When a process started; none when there is none, or it has ended and only waits to be noticed.

    Linux: in ticks since boot, which setting the clock doesn't change. Elsewhere: in seconds since 1970.
    """
    import psutil

    try:
        process = psutil.Process(pid)
        # While threads of a killed process are still there, its ports are, too.
        if process.status() == psutil.STATUS_ZOMBIE and process.num_threads() <= 1:
            return None
        return _ticks(pid) or f"{process.create_time():.0f}"
    except psutil.Error:
        return None


def _ticks(pid: int) -> str | None:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    return stat.rpartition(")")[2].split()[19]
