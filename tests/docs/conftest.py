"""Where the commands of the pages are looked for."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.warm import warm


@pytest.fixture(scope="session")
def path() -> Iterator[str]:
    """`PATH` with a `dmnroute` that is there at once: there are more than 200 commands."""
    with warm() as folder:
        yield os.pathsep.join([str(folder), str(Path(sys.executable).parent), os.environ.get("PATH", "")])
