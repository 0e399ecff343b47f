"""Where a project's tables and agents are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from dmnroute.errors import UsageError

PACKAGE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Project:
    """A folder with decision tables in `dmn/` and agents in `workers/`."""

    root: Path

    @property
    def policies(self) -> Path:
        """The folder of the decision tables."""
        return self.root / "dmn"

    @property
    def workers(self) -> Path:
        """The folder of the agents' modules."""
        return self.root / "workers"


def find_project(given: Path | None = None) -> Project:
    """The project given, else the current folder when it has tables, else the shipped document intake.

    Raises:
        UsageError: the folder given has no `dmn/`.
    """
    if given is not None:
        if not (given / "dmn").is_dir():
            raise UsageError(
                f"`{given}` has no folder `dmn`",
                code="no_project",
                hint="`dmnroute init` makes a new project",
            )
        return Project(given)
    here = Path.cwd()
    return Project(here) if (here / "dmn").is_dir() else shipped_project()


def shipped_project() -> Project:
    """The document intake: inside an installed package, or at the top of a checkout."""
    installed = PACKAGE / "shipped"
    return Project(installed if installed.is_dir() else PACKAGE.parents[1])
