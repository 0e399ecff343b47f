"""When a breaker opens, and how it closes again: the settings `[breakers.…]`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from pydantic import Field, field_validator, model_validator

from dmnroute.errors import did_you_mean
from dmnroute.routing.records.base import Record

DEFAULT = "default"
"""The section whose rule holds for every agent and target, as far as its own section says nothing else."""

COUNTED = ("timeout", "unavailable", "rate_limited", "crashed", "no_worker")
"""Kinds of errors that say that an agent, or what stands behind it, is in trouble."""


class BreakerRule(Record):
    """What opens a breaker, and what closes it. Times are seconds."""

    enabled: bool = True
    """False: nothing is counted, and nobody is kept away but by hand."""
    window: Decimal = Field(Decimal(60), ge=1, le=86_400)
    """Calls older than this don't count any more."""
    share: Decimal | None = Field(None, gt=0, le=1)
    """Errors among the calls of the window (0-1) that open it; 0.5 where `errors` isn't given either."""
    calls: int = Field(10, ge=1)
    """Calls that the window must have before the share counts."""
    errors: int | None = Field(None, ge=1)
    """Errors in the window that open it, however many calls went well."""
    kinds: tuple[str, ...] = Field(COUNTED, min_length=1)
    """Kinds of errors that count; with any other kind the agent has answered."""
    open: Decimal = Field(Decimal(30), ge=1, le=86_400)
    """How long nobody is called once it has opened."""
    probes: int = Field(1, ge=1)
    """Steps that may try at once whether all is well again."""
    passes: int = Field(1, ge=1)
    """Probes that have to go well to close it."""

    @model_validator(mode="before")
    @classmethod
    def _known(cls, given: Any) -> Any:
        for name in given if isinstance(given, Mapping) else ():
            if name not in cls.model_fields:
                near = did_you_mean(str(name), cls.model_fields)
                raise ValueError(f"unknown `{name}`{near}; a breaker has {', '.join(cls.model_fields)}")
        return given

    @field_validator("kinds")
    @classmethod
    def _identifiers(cls, kinds: tuple[str, ...]) -> tuple[str, ...]:
        for kind in kinds:
            if not kind.isidentifier():
                raise ValueError(f"`{kind}` is no kind of error: kinds are words such as `timeout`")
        return kinds

    @property
    def limit(self) -> Decimal | None:
        """The share that opens it; null when only the number of errors does."""
        return Decimal("0.5") if self.share is None and self.errors is None else self.share


def is_target(name: str) -> bool:
    """Whether this names what stands behind agents, `vendor/model`; names of agents have no slash."""
    return "/" in name


@dataclass(frozen=True, slots=True)
class BreakerRules:
    """The rules of a process, by agent, target or `default`. Without any, breakers open by hand only."""

    sections: Mapping[str, BreakerRule] = field(default_factory=dict)

    def of(self, name: str) -> BreakerRule | None:
        """The rule of an agent or a target: its own section, and what that leaves out from `default`."""
        own, default = self.sections.get(name), self.sections.get(DEFAULT)
        if own is None or default is None:
            rule = own or default
        else:
            rule = default.model_copy(update={said: getattr(own, said) for said in own.model_fields_set})
        return rule if rule is not None and rule.enabled else None

    def targets(self) -> Collection[str]:
        """The targets that have a section of their own."""
        return [name for name in self.sections if is_target(name)]

    def unknown(self, agents: Iterable[str]) -> list[str]:
        """Sections that are neither `default`, nor a target, nor one of these agents."""
        known = {DEFAULT, *agents}
        return [name for name in self.sections if name not in known and not is_target(name)]
