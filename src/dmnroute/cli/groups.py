"""Commands that have commands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from typer.core import TyperGroup

AFTER = {"run": "feel"}
"""A group → the command that it is listed after; the others stand at the end."""


class InOrder(TyperGroup):
    """Lists groups where people look for them."""

    def __init__(self, *, commands: dict[str, Any] | Sequence[Any] | None = None, **options: Any) -> None:
        found = dict(commands) if isinstance(commands, dict) else {each.name: each for each in commands or ()}
        names = [name for name in found if name not in AFTER]
        for name, before in AFTER.items():
            if name in found:
                names.insert(names.index(before) + 1 if before in names else len(names), name)
        super().__init__(commands={name: found[name] for name in names}, **options)


def group_of(default: str | None) -> type[TyperGroup]:
    """A group that does one of its commands when none is named."""
    if default is None:
        return TyperGroup
    name: str = default

    class WithDefault(TyperGroup):
        def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
            is_named = bool(args) and args[0] in (*self.commands, *ctx.help_option_names)
            return super().parse_args(ctx, args if is_named else [name, *args])

    return WithDefault
