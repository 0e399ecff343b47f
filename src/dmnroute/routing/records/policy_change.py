"""What somebody did with a version of a policy."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Literal, TypeAlias

from pydantic import Field

from dmnroute.routing.records.base import Record
from dmnroute.routing.records.trial import Judgement

DEFAULT_TENANT = "default"
"""Whose versions decide the runs of tenants that have none of their own."""

ChangeKind: TypeAlias = Literal["draft", "verify", "shadow", "unshadow", "canary", "activate", "rollback", "process"]


class PolicyChange(Record):
    """One line of the audit log: it says what the states of a policy's versions are, and how they became so.

    Only ever added; the state of every version is folded from them.
    """

    policy: str
    number: int = Field(ge=1)
    """Counted from 1 in each policy."""
    kind: ChangeKind
    version: int
    tenant: str = DEFAULT_TENANT
    who: str
    why: str | None = None
    at: datetime
    base: int | None = None
    """Of a version that is new: the one that was active when it was published."""
    changes: tuple[str, ...] = ()
    """What it changes of that one, cell by cell."""
    share: Decimal | None = Field(None, gt=0, le=1)
    """Of a canary: the share of new runs that it decides (0-1)."""
    tenants: tuple[str, ...] = ()
    """Of a canary: whose runs it decides; none named: everybody's."""
    guard: str | None = None
    """Of a canary: the text of the DMN file that judges it."""
    judged: Judgement | None = None
    """Of a canary that its guard ended: what the guard said, and of which figures."""
    process: str | None = None
    """Of a process: the id of the BPMN process that was deployed for this policy alone."""
    starts: datetime | None = None
    """Of an activation: from when it decides; null: from now on."""
    ends: datetime | None = None
    """Of an activation: until when (not included); null: until another one is active."""
