"""Budgets that runs share: what tenants and agents may use in an hour, a day or a month, by the calendar in UTC."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Literal, TypeAlias

from pydantic import Field, model_validator

from dmnroute.routing.amounts import MEASURES, Amounts, Measure, told
from dmnroute.routing.canonical import dumps
from dmnroute.routing.records.base import Record
from dmnroute.routing.records.run import Run

Period: TypeAlias = Literal["hour", "day", "month"]

EACH = "*"
"""Of a tenant or an agent: each has a budget of its own."""


class Budget(Amounts):
    """A limit on what runs use together. At least one amount is given."""

    tenant: str | None = None
    """Whose runs: a name, or `*` for each tenant by itself; by default all together."""
    agent: str | None = None
    """Whose steps: a name, or `*` for each agent by itself; by default all together."""
    period: Period | None = None
    """By default for ever."""
    warn: Decimal = Field(Decimal("0.8"), gt=0, le=1)
    """The share from which tables are warned."""

    @model_validator(mode="after")
    def _makes_sense(self) -> Budget:
        if all(self.of(measure) is None for measure in MEASURES):
            raise ValueError(f"a budget needs a limit: one of {', '.join(MEASURES)}")
        if self.agent is not None and self.hops is not None:
            raise ValueError("hops belong to runs: a budget of an agent can't limit them")
        if self.tenant == "":
            raise ValueError("a tenant has a name; leave `tenant` out for all together")
        if self.agent not in (None, EACH) and not str(self.agent).isidentifier():
            raise ValueError(f"`{self.agent}` can't be an agent: their names are words such as `read_text`")
        return self

    def __str__(self) -> str:
        """``tenant `acme`, agent `judge`, day``"""
        whose = [f"{what} `{name}`" for what, name in (("tenant", self.tenant), ("agent", self.agent)) if name]
        return ", ".join([*(whose or ["all runs"]), *([self.period] if self.period else [])])

    @property
    def scope(self) -> tuple[bool, bool, Period | None]:
        """Budgets of one scope replace each other: the more special one holds."""
        return self.tenant is not None, self.agent is not None, self.period

    def covers(self, tenant: str, agent: str | None) -> bool:
        """Whether a step of an agent (null: of none that is known by name) counts here."""
        whose = self.tenant in (None, EACH, tenant)
        return whose and (self.agent is None or (agent is not None and self.agent in (EACH, agent)))

    def account(self, tenant: str, agent: str | None, *, now: datetime) -> Account:
        """What counts the period of this moment."""
        starts, ends = bounds(self.period, now)
        return Account(
            tenant=None if self.tenant is None else tenant,
            agent=None if self.agent is None else agent,
            period=self.period,
            starts=starts,
            ends=ends,
            limits=Amounts(**{measure: getattr(self, measure) for measure in MEASURES}),
            warn=self.warn,
        )


class Account(Record):
    """What a budget has in one period, for one tenant or agent; or what a run may use."""

    tenant: str | None = None
    agent: str | None = None
    run: str | None = None
    period: Period | None = None
    starts: datetime | None = None
    ends: datetime | None = None
    """The first instant that doesn't belong to the period."""
    limits: Amounts = Amounts()
    warn: Decimal | None = None

    @property
    def key(self) -> str:
        """The same for everything that is counted together."""
        starts = self.starts.isoformat() if self.starts else None
        return dumps([self.run, self.tenant, self.agent, self.period, starts])

    def __str__(self) -> str:
        """``tenant `acme`, agent `judge`, day 2026-11-23``"""
        whose = [("run", self.run), ("tenant", self.tenant), ("agent", self.agent)]
        parts = [f"{what} `{name}`" for what, name in whose if name is not None] or ["all runs"]
        if self.period and self.starts:
            parts.append(f"{self.period} {self.starts.strftime(_SHOWN[self.period])}")
        return ", ".join(parts)


class AccountState(Record):
    """An account with what is used of it."""

    account: Account
    spent: Amounts = Amounts()
    reserved: Amounts = Amounts()
    """Held back for steps that are under way."""

    def used(self, measure: Measure) -> Decimal:
        """Spent and reserved."""
        return (self.spent.of(measure) or Decimal(0)) + (self.reserved.of(measure) or Decimal(0))


class Wanted(Record):
    """What a step needs before it may be sent."""

    step: str
    accounts: tuple[Account, ...]
    amounts: Amounts
    """Null is unknown: it fits as long as anything is left. `hops` counts once for all steps of a hop."""


class Reservation(Record):
    """What is held back for a step that was sent and has no outcome yet."""

    step: str
    run: str
    accounts: tuple[str, ...]
    """The keys of the accounts that it counts in."""
    amounts: Amounts
    """At least what was granted."""
    grants: dict[str, Amounts] = Field(default_factory=dict)
    """What is used for sure, by a key for each time that somebody asked; the first is the sending itself."""

    def granted(self, *, besides: str | None = None) -> Amounts:
        """All grants together; `besides` leaves out those whose key begins so."""
        amounts = Amounts()
        for key, grant in self.grants.items():
            if besides is None or not key.startswith(besides):
                amounts = amounts.plus(grant)
        return amounts


class Refusal(Record):
    """Why a step may not be sent, or may not spend what it asks for."""

    step: str
    account: Account | None = None
    """Null: the step's own `max_cost`, or it has ended."""
    measure: Measure | None = None
    """Null: the step has an outcome already."""
    limit: Decimal = Decimal(0)
    used: Decimal = Decimal(0)
    asked: Decimal | None = None
    """Null: unknown."""

    @property
    def message(self) -> str:
        """One line for people."""
        if self.measure is None:
            return f"step `{self.step}` has ended: it may spend nothing more"
        whose = f"the budget of {self.account}" if self.account else "what the step may cost"
        asked = f", and {told(self.measure, self.asked)} more would be needed" if self.asked else ""
        return f"{whose} doesn't allow it: {told(self.measure, self.used)} of {_bare(self.limit)} are used{asked}"


def accounts_of(budgets: Iterable[Budget], tenant: str, agent: str | None, *, now: datetime) -> tuple[Account, ...]:
    """Where a step counts: one account for each scope, by its most special budget."""
    special: dict[tuple[bool, bool, Period | None], Budget] = {}
    for budget in sorted(budgets, key=lambda each: (each.tenant == EACH, each.agent == EACH)):
        if budget.covers(tenant, agent):
            special.setdefault(budget.scope, budget)
    return tuple(budget.account(tenant, agent, now=now) for budget in special.values())


def account_of_run(run: Run) -> Account | None:
    """What counts the steps of a run that has limits which parallel steps share."""
    limits = Amounts(cost=run.limits.cost, tokens=run.limits.tokens, calls=run.limits.calls)
    if limits == Amounts():
        return None
    return Account(run=run.id, limits=limits, warn=run.limits.warn)


def bounds(period: Period | None, now: datetime) -> tuple[datetime | None, datetime | None]:
    """The period that a moment belongs to, by the calendar in UTC."""
    if period is None:
        return None, None
    hour = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    match period:
        case "hour":
            return hour, hour + timedelta(hours=1)
        case "day":
            day = hour.replace(hour=0)
            return day, day + timedelta(days=1)
        case "month":
            month = hour.replace(hour=0, day=1)
            return month, (month + timedelta(days=31)).replace(day=1)


_SHOWN: Mapping[Period, str] = {"hour": "%Y-%m-%d %H:00", "day": "%Y-%m-%d", "month": "%Y-%m"}


def _bare(amount: Decimal) -> str:
    return told("calls", amount).removesuffix(" calls")
