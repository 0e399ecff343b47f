"""How a start tells what it is doing."""

from __future__ import annotations

from typing import Protocol


class Listener(Protocol):
    """Hears of the steps of a start; the command line shows them."""

    def begins(self, step: str) -> None:
        """Something begins that takes a while."""

    def progress(self, done: int, total: int) -> None:
        """So many bytes of so many have arrived."""


class Silence:
    """Listens to nothing."""

    def begins(self, step: str) -> None:
        """Nobody is told."""

    def progress(self, done: int, total: int) -> None:
        """Nobody is told."""
