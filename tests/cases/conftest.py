"""A policy with two tables, agents that fit it, and files of test cases."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import BaseModel
from tests.support.tables import model, table

from dmnroute.agents.declaration import agent
from dmnroute.agents.registry import Registry

QUALITY = table(
    "Quality",
    ["last.confidence"],
    ["grade"],
    [[">= 0.9", '"good"'], ["< 0.9", '"poor"'], ["-", '"unknown"']],
)
ROUTE = table(
    "Route",
    ["last.status", "Quality"],
    ["agent", "action", "dpi"],
    [
        ['"start"', "-", '"read"', "null", "300"],
        ["-", '"poor"', '"read"', "null", "600"],
        ["-", '"good"', "null", '"complete"', "null"],
    ],
    requires=["Quality"],
)


class Page(BaseModel):
    path: str = "a.pdf"
    dpi: int = 300


class Text(BaseModel):
    text: str


@agent("read", cost="0.01")
async def read(page: Page) -> Text:
    """Never called by a script."""
    raise AssertionError(page)


REGISTRY = Registry({"read": read})


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    """`intake.dmn`, alone in a folder."""
    file = tmp_path / "intake.dmn"
    file.write_text(model(QUALITY, ROUTE))
    return file
