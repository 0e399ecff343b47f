"""Values in the words of error messages."""

from __future__ import annotations

from typing import Any

LONGEST = 60
"""Characters of a text that are shown."""


def shown(value: Any) -> str:
    """A value in the words of an error message."""
    match value:
        case str():
            return f'the text `"{value if len(value) <= LONGEST else value[:LONGEST] + "…"}"`'
        case bool():
            return f"the boolean `{str(value).lower()}`"
        case list():
            return f"a list of {len(value)}"
        case dict():
            return "a context"
        case None:
            return "null"
        case _:
            return f"`{value}`"
