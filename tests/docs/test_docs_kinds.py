"""The page about failures names every kind."""

from __future__ import annotations

from pathlib import Path

from dmnroute.routing.kinds import KINDS


def test_the_page_says_of_each_kind_what_the_code_says() -> None:
    """What is added to the code is added to the page."""
    text = (Path(__file__).parents[2] / "docs" / "failures.md").read_text("utf-8")
    assert [kind for kind, meaning in KINDS.items() if f"| `{kind}` | {meaning} |" not in text] == []
