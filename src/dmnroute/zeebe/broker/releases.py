"""The releases of Zeebe that can be had without Docker, and what their licences allow.

Maven Central has complete distributions up to 8.6.0. The default is 8.5.8: it holds broker and gateway only, needs the
least time and memory, and its licence allows production, so that nobody who goes on with what a tutorial started has
to buy something first. 8.6.0 adds the REST API `/v2`; the gRPC API that dmnroute uses is the same.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

DEFAULT_VERSION = "8.5.8"

OLDEST_JAVA = 21
"""Java that the distributions are compiled for."""


@dataclass(frozen=True, slots=True)
class Licence:
    """What a release may be used for."""

    name: str
    terms: str
    production: bool

    def __str__(self) -> str:
        """One line for people."""
        return f"{self.name}: {self.terms}"


COMMUNITY = Licence(
    "Zeebe Community License 1.1",
    "free, in production too, but not for selling process automation as a service",
    production=True,
)
CAMUNDA = Licence(
    "Camunda License 1.0",
    "free for development and tests; production needs a licence from Camunda",
    production=False,
)

DIGESTS = {
    "8.5.8": "53ce62b008e61a87a3f7aed700065ad1352084a24c85771bc4e8300828bf95b4",
    "8.6.0": "5c699e86a6c9d290dd7b1f0b2ea648fb57fd1dacf1cab22c874219e58827ea45",
}
"""SHA-256 of the archives that dmnroute is tested with."""


def numbers(version: str) -> tuple[int, ...]:
    """``8.5.8`` as (8, 5, 8); what stands behind the numbers is left out."""
    return tuple(int(number) for number in re.findall(r"\d+", version)[:3])


def licence_of(version: str) -> Licence:
    """The licence that Camunda published a release under: it changed with 8.6."""
    return COMMUNITY if numbers(version) < (8, 6) else CAMUNDA
