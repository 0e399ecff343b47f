"""Runs as a file: everything that it takes to replay them for ever, without their store and without their agents' code.

    {"format": 2,
     "redaction": null, or what was replaced,
     "runs": [{"run": …, "hops": [{"decision": …, "outcomes": {step: …}}], "signals": […], "controls": […],
               "ancestors": []}],
     "policies": [{"name", "version", "file", "route", "text", "base64"}],
     "catalogue": {"agents": [{"name", "inputs", "required", "outputs", …}], "facts": […], "merge": {…}}}

A file of format 1 holds one run: what stands in `runs` above stands beside `policies` there.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from pydantic import ValidationError

from dmnroute.errors import OperatorError
from dmnroute.routing.canonical import loads
from dmnroute.routing.catalogue import Catalogue
from dmnroute.routing.filed import (
    FiledCatalogue,
    FiledHistory,
    FiledPolicy,
    as_text,
    filed_catalogue,
    filed_history,
    filed_policy,
)
from dmnroute.routing.history import History
from dmnroute.routing.policy import PolicyVersion
from dmnroute.routing.records.base import Record
from dmnroute.routing.records.hop import DecisionRecord
from dmnroute.routing.redaction.report import Redaction
from dmnroute.routing.replay import Replayed, replay

F = TypeVar("F", bound=Record)


@dataclass(frozen=True, slots=True)
class StoredHistory:
    """A history with the versions of policies that decided it, and the agents that they knew."""

    history: History
    policies: tuple[PolicyVersion, ...]
    catalogue: Catalogue

    def policy(self, decision: DecisionRecord) -> PolicyVersion:
        """The version that took a decision. Raises OperatorError `unknown_version`."""
        for policy in self.policies:
            if (policy.name, policy.version) == (decision.policy, decision.version):
                return policy
        raise OperatorError(
            f"the file has no version {decision.version} of policy `{decision.policy}`", code="unknown_version"
        )

    def replayed(self) -> tuple[Replayed, ...]:
        """Every decision taken once more."""
        hops = range(1, len(self.history.hops) + 1)
        return tuple(replay(self.history, hop, policy=self.policy, catalogue=self.catalogue) for hop in hops)

    def to_text(self) -> str:
        """A file of this run alone, in format 1."""
        parts = {
            "policies": [filed_policy(each) for each in self.policies],
            "catalogue": filed_catalogue(self.catalogue),
        }
        return as_text({"format": 1} | filed_history(self.history) | parts)


@dataclass(frozen=True, slots=True)
class StoredRuns:
    """Several runs of one file."""

    histories: tuple[History, ...]
    policies: tuple[PolicyVersion, ...]
    catalogue: Catalogue
    redaction: Redaction | None = None
    """What was replaced; null: everything is as it happened."""

    def each(self) -> tuple[StoredHistory, ...]:
        """Each run by itself."""
        return tuple(StoredHistory(history, self.policies, self.catalogue) for history in self.histories)

    def to_text(self) -> str:
        """The file, in format 2."""
        return as_text(
            {
                "format": 2,
                "redaction": self.redaction.model_dump() if self.redaction else None,
                "runs": [filed_history(history) for history in self.histories],
                "policies": [filed_policy(policy) for policy in self.policies],
                "catalogue": filed_catalogue(self.catalogue),
            }
        )


def read_runs(text: str | bytes) -> StoredRuns:
    """The runs of a file.

    Raises:
        OperatorError: `bad_history`, when it isn't one, or is damaged.
        TableError: one of its policies can't be loaded.
    """
    try:
        value = loads(text)
    except (ValueError, RecursionError) as error:
        raise _bad(f"{error}") from error
    if isinstance(value, dict) and value.get("format") == 1:
        alone = _checked(_FileOfOne, value)
        return _stored([alone], alone.policies, alone.catalogue)
    several = _checked(_File, value)
    return _stored(several.runs, several.policies, several.catalogue, several.redaction)


def _stored(
    runs: Iterable[FiledHistory],
    policies: Iterable[FiledPolicy],
    catalogue: FiledCatalogue,
    redaction: Redaction | None = None,
) -> StoredRuns:
    return StoredRuns(
        tuple(run.history() for run in runs),
        tuple(policy.policy() for policy in policies),
        catalogue.catalogue(),
        redaction,
    )


def read_history(text: str | bytes) -> StoredHistory:
    """The run of a file that holds one.

    Raises:
        OperatorError: `bad_history`, `several_runs`.
        TableError: one of its policies can't be loaded.
    """
    runs = read_runs(text).each()
    if len(runs) != 1:
        names = ", ".join(f"`{each.history.run.id}`" for each in runs[:_NAMED])
        raise OperatorError(
            f"the file holds {len(runs)} runs ({names}{', …' if len(runs) > _NAMED else ''}), and one is asked for",
            code="several_runs",
            hint="`dmnroute run import` puts them into a store, where each has its id",
        )
    return runs[0]


_NAMED = 5


class _FileOfOne(FiledHistory):
    format: Literal[1]
    policies: list[FiledPolicy]
    catalogue: FiledCatalogue


class _File(Record):
    format: Literal[2]
    redaction: Redaction | None = None
    runs: list[FiledHistory]
    policies: list[FiledPolicy]
    catalogue: FiledCatalogue


def _checked(kind: type[F], value: Any) -> F:
    try:
        return kind.model_validate(value)
    except ValidationError as error:
        problem = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in problem["loc"])
        raise _bad(f"{place}: {problem['msg'][:1].lower()}{problem['msg'][1:]}") from error


def _bad(reason: str) -> OperatorError:
    return OperatorError(f"this is no history of a run: {reason}", code="bad_history")
