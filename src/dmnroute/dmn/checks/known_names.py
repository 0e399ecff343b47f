"""The paths that exist outside of a model, as a layer above knows them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class KnownNames:
    """A tree of names. A name without parts below it may be anything inside; ``*`` stands for any name."""

    parts: Mapping[str, KnownNames] = field(default_factory=dict)

    @classmethod
    def of(cls, paths: Iterable[str]) -> KnownNames:
        """From dotted paths: ``last.confidence``, ``facts.total``, ``agents.*.breaker``."""
        tree: dict[str, list[str]] = {}
        for path in paths:
            first, _, rest = path.partition(".")
            below = tree.setdefault(first, [])
            if rest:
                below.append(rest)
        return cls({name: cls.of(below) for name, below in tree.items()})

    def first_unknown(self, names: tuple[str, ...]) -> tuple[int, tuple[str, ...]] | None:
        """The index of the first name that doesn't exist, with the names that do; None when all exist."""
        here = self
        for index, name in enumerate(names):
            if not here.parts:
                return None
            below = here.parts.get(name, here.parts.get("*"))
            if below is None:
                return index, tuple(here.parts)
            here = below
        return None
