"""Who asks: it is recorded with everything that people ask of runs."""

from __future__ import annotations

import getpass


def who_asks(by: str | None) -> str:
    """The name given by `--by`, else that of the user of this machine."""
    if by:
        return by
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container's user may have no name
        return "unknown"
