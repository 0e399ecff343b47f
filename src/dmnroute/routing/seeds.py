"""Seeds for whatever is drawn in a run: the same run and hop draw the same."""

from __future__ import annotations

import hashlib


def seed_of(run: str, hop: int = 0) -> int:
    """A number of 48 bits from the run's id and the hop: it survives JSON, and no two hops share it by habit."""
    return int.from_bytes(hashlib.sha256(f"{run}/{hop}".encode()).digest()[:6])
