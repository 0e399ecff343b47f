"""The engines that every scenario runs on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.scenarios.afterwards import every_run_is_told_and_replays
from tests.scenarios.harness import Harness, local_harness
from tests.scenarios.zeebe_harness import zeebe_harness

ENGINES = [
    pytest.param("local"),
    pytest.param("zeebe", marks=pytest.mark.xdist_group("broker")),
]


@pytest.fixture(params=ENGINES)
async def engine(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Harness]:
    if request.param == "local":
        async with local_harness(tmp_path) as local:
            yield local
            await every_run_is_told_and_replays(local)
    else:
        async with zeebe_harness(tmp_path, request.getfixturevalue("broker")) as zeebe:
            yield zeebe
            await every_run_is_told_and_replays(zeebe)
