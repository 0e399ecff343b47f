"""Who drives a run: the name that stands in its lease."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterable
from itertools import count
from pathlib import Path


def this_owner() -> str:
    """`host/pid/start`: the start time tells this process from a later one with the same number."""
    pid = os.getpid()
    return f"{socket.gethostname()}/{pid}/{_started(pid) or 0}"


def new_owner() -> str:
    """`host/pid/start/number`: a process may have several engines, and none of them drives what another one does."""
    return f"{this_owner()}/{next(_ENGINES)}"


_ENGINES = count(1)


def gone_owners(owners: Iterable[str]) -> frozenset[str]:
    """Those of the owners that ran on this machine and live no more.

    Of owners on other machines nothing is known: their leases have to expire.
    """
    return frozenset(owner for owner in owners if _is_gone(owner))


def _is_gone(owner: str) -> bool:
    host, pid, started = (*owner.split("/"), "", "")[:3]
    if host != socket.gethostname() or not pid.isdecimal():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    except OverflowError:
        return True
    now = _started(int(pid))
    return now == -1 or (now is not None and started not in ("", "0", str(now)))


def _started(pid: int) -> int | None:
    """Clock ticks from boot to the start of a process; null where the system doesn't say.

    A process that has ended, but whose parent hasn't asked for its end yet, has not started at any time: -1.
    """
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    fields = stat.rpartition(")")[2].split()
    return -1 if fields[0] in ("Z", "X") else int(fields[19])
