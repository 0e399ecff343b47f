"""The life of a version: whatever people ask for in whatever order, the same rules hold."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dmnroute.errors import DmnrouteError
from dmnroute.routing.records.policy_change import PolicyChange
from dmnroute.routing.versions.life import Life, life_of
from dmnroute.routing.versions.line import Canary
from dmnroute.routing.versions.transitions import changes_nothing, check_change

START = datetime(2026, 7, 1, tzinfo=UTC)
KINDS = ("draft", "verify", "shadow", "unshadow", "canary", "activate", "rollback")


def later(hours: float) -> datetime:
    return START + timedelta(hours=hours)


def change(number: int, kind: str, version: int, **fields: Any) -> PolicyChange:
    usual = {"policy": "p", "number": number, "kind": kind, "version": version, "who": "ann", "at": later(number)}
    return PolicyChange(**usual | fields)


def life(*asked: tuple[str, int] | tuple[str, int, dict[str, Any]], four_eyes: bool = False) -> Life:
    """Each change is checked before it is made, an hour after the one before."""
    found = Life("p")
    for number, (kind, version, *fields) in enumerate(asked, 1):
        made = change(number, kind, version, **(fields[0] if fields else {}))
        check_change(found, made, four_eyes=four_eyes)
        found = found.after(made)
    return found


def refused(*asked: tuple[str, int] | tuple[str, int, dict[str, Any]], four_eyes: bool = False) -> str:
    """What the last of the changes is answered."""
    found, number = life(*asked[:-1], four_eyes=four_eyes), len(asked)
    kind, version, *fields = asked[-1]
    with pytest.raises(DmnrouteError) as caught:
        check_change(found, change(number, kind, version, **(fields[0] if fields else {})), four_eyes=four_eyes)
    return f"{caught.value.code}: {caught.value.message}"


def test_a_version_goes_through_all_states() -> None:
    """draft → verified → shadow → canary → active → retired."""
    steps: Sequence[tuple[str, int]] = [
        ("verify", 1),
        ("activate", 1),
        ("draft", 2),
        ("verify", 2),
        ("shadow", 2),
        ("canary", 2),
        ("activate", 2),
        ("verify", 3),
        ("activate", 3),
    ]
    states = [life(*steps[:count]).state(2, later(count)) for count in (3, 4, 5, 6, 7, 9)]
    assert states == ["draft", "verified", "shadow", "canary", "active", "retired"]


def test_a_tenant_without_versions_of_its_own_has_those_of_the_default_tenant() -> None:
    """Its own ones come first as soon as one is active, and are alone then."""
    shared = life(("verify", 1), ("activate", 1), ("verify", 2))
    assert (shared.active(later(9)), shared.active(later(9), "acme")) == (1, 1)
    own = shared.after(change(4, "activate", 2, tenant="acme"))
    assert (own.active(later(9)), own.active(later(9), "acme"), own.active(later(9), "globex")) == (1, 2, 1)
    assert (own.state(2, later(9)), own.state(2, later(9), "acme")) == ("verified", "active")


def test_rollback_takes_back_the_canary_then_one_activation_after_the_other() -> None:
    """What was active before decides again; what was taken back is retired, and may be tried once more."""
    found = life(
        *(("verify", 1), ("activate", 1), ("verify", 2), ("activate", 2), ("verify", 3)),
        *(("canary", 3), ("rollback", 3), ("rollback", 2)),
    )
    assert found.active(later(9)) == 1
    assert [found.state(version, later(9)) for version in (1, 2, 3)] == ["active", "retired", "retired"]
    assert found.after(change(9, "canary", 3)).state(3, later(9)) == "canary"


def test_a_version_decides_in_its_span_of_time() -> None:
    """From its start until before its end; then the one before decides again. As of then, it stays so."""
    found = life(
        ("verify", 1), ("activate", 1), ("verify", 2), ("activate", 2, {"starts": later(10), "ends": later(20)})
    )
    assert [found.active(later(hour)) for hour in (1, 2, 9, 10, 19.9, 20)] == [None, 1, 1, 2, 2, 1]
    assert found.state(2, later(5)) == "verified"
    taken_back = found.after(change(5, "rollback", 2, at=later(15)))
    assert [taken_back.active(later(hour)) for hour in (9, 14, 15, 19)] == [1, 2, 1, 1]


def test_a_canary_whose_activation_is_still_to_come_goes_on() -> None:
    """A new share doesn't begin it anew."""
    found = life(
        *(("verify", 1), ("activate", 1), ("verify", 2), ("canary", 2, {"share": Decimal("0.1")})),
        *(("canary", 2, {"share": Decimal("0.5")}), ("activate", 2, {"starts": later(10)})),
    )
    canary = found.line("default", later(7)).canary
    assert canary is not None
    assert (canary.since, canary.share) == (later(4), Decimal("0.5"))
    assert [found.state(2, later(hour)) for hour in (7, 11)] == ["canary", "active"]


def test_what_makes_no_sense_is_refused() -> None:
    """In words that say what to do."""
    active = [("verify", 1), ("activate", 1)]
    assert refused(("activate", 1)) == "unknown_version: policy `p` has no published version 1"
    assert refused(("draft", 1), ("activate", 1)) == "not_verified: version 1 of policy `p` is a draft"
    assert refused(*active, ("shadow", 1)) == "nothing_to_compare: version 1 of policy `p` is active already"
    assert refused(("verify", 1), ("canary", 1)) == (
        "nothing_to_compare: version 1 of policy `p` can't be tried: "
        "tenant `default` has no active version of its own beside it"
    )
    assert refused(*active, ("rollback", 1)) == (
        "nothing_before: version 1 of policy `p` is the first one: there is nothing to go back to"
    )
    two = [*active, ("verify", 2)]
    assert refused(*two, ("rollback", 2)) == "not_in_use: version 2 of policy `p` isn't active for tenant `default`"
    assert refused(*two, ("canary", 2), ("rollback", 1)) == "not_in_use: version 1 of policy `p` isn't the canary"
    assert refused(*two, ("verify", 3), ("canary", 2), ("activate", 3)) == (
        "canary_under_way: version 2 of policy `p` is under way as a canary"
    )
    backwards = {"starts": later(9), "ends": later(9)}
    assert refused(*two, ("activate", 2, backwards)) == "bad_span: an activation ends after it has begun"


def test_with_four_eyes_somebody_else_makes_a_version_decide() -> None:
    """Whoever kept it as a draft or brought it through the gate can't; a shadow decides nothing, and a rollback is
    never kept waiting."""
    by_bob, by_eve = {"who": "bob"}, {"who": "eve"}
    published = [("draft", 1, by_bob), ("verify", 1)]
    for author in ("ann", "bob"):
        assert refused(*published, ("activate", 1, {"who": author}), four_eyes=True) == (
            f"four_eyes: version 1 of policy `p` was published by {author}: somebody else has to approve it"
        )
    active = [*published, ("activate", 1, by_eve), ("verify", 2)]
    assert refused(*active, ("canary", 2), four_eyes=True).startswith("four_eyes")
    assert life(*active, ("shadow", 2), ("canary", 2, by_bob), ("rollback", 2), four_eyes=True).active(later(9)) == 1


asks = st.lists(
    st.tuples(
        st.sampled_from(KINDS),
        st.integers(1, 3),
        st.fixed_dictionaries(
            {
                "tenant": st.sampled_from(["default", "default", "acme"]),
                "who": st.sampled_from(["ann", "bob"]),
                "share": st.none() | st.decimals("0.01", 1, places=2),
                "starts": st.none() | st.integers(0, 40).map(later),
                "ends": st.none() | st.integers(0, 40).map(later),
            }
        ),
    ),
    max_size=25,
)


@given(asks, st.booleans())
def test_whatever_is_asked_the_rules_hold(asked: list[tuple[str, int, dict[str, Any]]], four_eyes: bool) -> None:
    """What decides has passed the gate, and with four eyes two people have seen it; a rollback leaves something that
    decides; a refused change changes nothing; and folding the log gives the same once more."""
    found, log = Life("p"), list[PolicyChange]()
    for kind, version, fields in asked:
        made = change(len(log) + 1, kind, version, **fields)
        try:
            check_change(found, made, four_eyes=four_eyes)
        except DmnrouteError:
            continue
        if changes_nothing(found, made):
            again = found.after(made)
            assert [_state(again, n, made) for n in found.versions] == [_state(found, n, made) for n in found.versions]
            continue
        log.append(made)
        found = found.after(made)
        active = found.active(made.at, made.tenant)
        assert active is None or found.versions[active].verified
        if kind == "rollback":
            assert active is not None
        if kind in ("activate", "canary") and four_eyes:
            assert made.who not in found.versions[version].authors
        states = [_state(found, number, made) for number in found.versions]
        assert all(states.count(role) <= 1 for role in ("active", "canary", "shadow"))
    assert life_of("p", log) == found


def _state(found: Life, version: int, made: PolicyChange) -> str:
    return found.state(version, made.at, made.tenant)


@given(st.integers(0, 10_000), st.decimals("0.01", 1, places=2), st.decimals("0.01", 1, places=2))
def test_a_run_stays_with_a_canary_that_grows(number: int, one: Decimal, two: Decimal) -> None:
    """Who is taken at a small share is taken at a larger one; a share of 1 takes everybody."""
    small, large = (Canary(2, share, START) for share in sorted((one, two)))
    run = f"run-{number}"
    assert not small.takes("p", run, "acme") or large.takes("p", run, "acme")
    assert Canary(2, Decimal(1), START).takes("p", run, "acme")
    assert not Canary(2, Decimal(1), START, tenants=("globex",)).takes("p", run, "acme")


def test_a_canary_takes_its_share_of_runs() -> None:
    """Other runs than another canary, so that nobody is always the one who is tried on."""
    runs = [f"run-{number}" for number in range(4000)]
    first = {run for run in runs if Canary(2, Decimal("0.25"), START).takes("p", run, "acme")}
    second = {run for run in runs if Canary(3, Decimal("0.25"), START).takes("p", run, "acme")}
    assert 900 < len(first) < 1100
    assert 180 < len(first & second) < 320
