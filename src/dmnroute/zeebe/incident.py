"""What fails a job for good, so that it shows in Operate."""

from __future__ import annotations


class Incident(Exception):
    """The job fails without retries left; the message is what operators read."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
