"""What stands behind an agent: a model of a vendor, a service, a queue; named `vendor/model`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from string import Formatter
from typing import Any


@dataclass(frozen=True, slots=True)
class Target:
    """The target of an agent, with input fields in braces: `openai/{model}`."""

    template: str
    defaults: Mapping[str, str] = field(default_factory=dict)
    """What its fields are where the input says nothing."""

    def fields(self) -> tuple[str, ...]:
        """The input fields that the name is made of. Raises ValueError, when the braces don't match."""
        return tuple(name for _, name, _, _ in Formatter().parse(self.template) if name is not None)

    def of(self, given: Mapping[str, Any]) -> str | None:
        """The target of a call with this input; null when a field that it is made of is nowhere given."""
        parts = list[str]()
        for text, name, _, _ in Formatter().parse(self.template):
            part = "" if name is None else given.get(name, self.defaults.get(name))
            if not isinstance(part, str) or (name is not None and not part):
                return None
            parts += [text, part]
        return "".join(parts)
