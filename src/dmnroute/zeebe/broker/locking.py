"""A lock between processes, by a file; a process that dies gives it up."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dmnroute.errors import OperatorError

PAUSE = 0.1


@contextmanager
def locked(file: Path, *, patience: float) -> Iterator[None]:
    """Hold the lock for the time of a block.

    Raises:
        OperatorError: `busy`, when another process holds it for longer than `patience` seconds.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _wait_for(handle, file, patience)
        yield
    finally:
        os.close(handle)


def _wait_for(handle: int, file: Path, patience: float) -> None:
    until = time.monotonic() + patience
    while not _took(handle):
        if time.monotonic() > until:
            raise OperatorError(
                f"another process has been busy for {patience:g} seconds with `{file.with_suffix('')}`",
                code="busy",
                hint="wait for it, or end it",
            )
        time.sleep(PAUSE)


def _took(handle: int) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
