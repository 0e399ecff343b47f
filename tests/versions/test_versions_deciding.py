"""Which version decides a run: what is active for its tenant, or the canary that takes it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from dmnroute.routing.records.policy_change import PolicyChange
from dmnroute.routing.records.run import Run
from dmnroute.routing.versions.deciding import deciding, was_published
from dmnroute.routing.versions.life import Life, life_of

START = datetime(2026, 7, 1, tzinfo=UTC)


def later(hours: float) -> datetime:
    return START + timedelta(hours=hours)


def life(*changes: tuple[str, int, dict[str, Any]]) -> Life:
    """One change an hour."""
    made = [
        PolicyChange(policy="p", number=number, kind=kind, version=version, who="ann", at=later(number), **fields)  # type: ignore[arg-type]
        for number, (kind, version, fields) in enumerate(changes, 1)
    ]
    return life_of("p", made)


def run(name: str = "r", *, tenant: str = "default", started: float = 100) -> Run:
    return Run(id=name, policy="p", tenant=tenant, started=later(started))


def test_nothing_decides_before_something_is_active() -> None:
    """Drafts and what has only passed the gate decide nothing; the policy counts as never published."""
    only_verified = life(("draft", 1, {}), ("verify", 2, {}))
    assert deciding(only_verified, run(), later(100)) is None
    assert not was_published(only_verified, "default")


def test_a_tenant_has_its_own_version_else_that_of_all() -> None:
    """Also while its own is over."""
    found = life(
        ("activate", 1, {}),
        ("activate", 2, {"tenant": "north", "starts": later(10), "ends": later(20)}),
    )
    assert deciding(found, run(tenant="south"), later(15)) == 1
    assert [deciding(found, run(tenant="north"), later(hour)) for hour in (5, 10, 15, 20)] == [1, 2, 2, 1]
    assert was_published(found, "south")


def test_a_canary_takes_no_run_that_began_before_it() -> None:
    """Not even at a share of everything; without a run the active version is meant."""
    found = life(("activate", 1, {}), ("canary", 2, {"share": Decimal(1)}))
    assert deciding(found, run(started=1.5), later(3)) == 1
    assert deciding(found, run(started=2.5), later(3)) == 2
    assert deciding(found, None, later(3)) == 1


def test_a_canary_may_be_for_some_tenants() -> None:
    """Others are decided by the active version."""
    found = life(("activate", 1, {}), ("canary", 2, {"share": Decimal(1), "tenants": ("north",)}))
    assert deciding(found, run(tenant="north"), later(200)) == 2
    assert deciding(found, run(tenant="south"), later(200)) == 1


def test_after_a_rollback_the_active_version_decides_again() -> None:
    """In the middle of a run, too."""
    found = life(("activate", 1, {}), ("canary", 2, {"share": Decimal(1)}), ("rollback", 2, {}))
    assert deciding(found, run(), later(200)) == 1


@given(
    name=st.text(min_size=1, max_size=12),
    shares=st.lists(st.integers(1, 100).map(lambda percent: Decimal(percent) / 100), min_size=2, max_size=4),
)
def test_whoever_a_canary_has_it_keeps_while_its_share_grows(name: str, shares: list[Decimal]) -> None:
    """A run never goes back to the active version because more runs come in."""
    taken = []
    for share in sorted(shares):
        found = life(("activate", 1, {}), ("canary", 2, {"share": share}))
        taken.append(deciding(found, run(name), later(200)))
    assert taken == sorted(taken)
