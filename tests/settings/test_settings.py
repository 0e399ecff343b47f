"""What can be set, and who wins."""

from __future__ import annotations

import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from dmnroute.errors import UsageError
from dmnroute.routing.records.run import Limits
from dmnroute.settings import load_settings


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, an empty configuration, no variables."""

    for name in [name for name in os.environ if name.startswith(("DMNROUTE_", "ZEEBE_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    (tmp_path / "work").mkdir()
    (tmp_path / "config" / "dmnroute").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path / "work"


def said(**given: Any) -> str:
    with pytest.raises(UsageError) as caught:
        load_settings(**given)
    return f"{caught.value.code}: {caught.value}"


def test_without_anything_set_there_are_defaults(here: Path) -> None:
    """A store in the user's state folder, the local engine, no limit of cost."""
    settings = load_settings()
    assert settings.store == f"sqlite:///{here.parent}/state/dmnroute/dmnroute.db"
    assert (settings.limits, settings.engine, settings.project, settings.agents) == (Limits(), "local", None, [])
    assert (settings.runs_at_once, settings.lease, settings.log_level) == (8, 30, "warning")
    assert settings.concurrency >= 2


def test_the_nearer_source_wins(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Arguments, variables, `.env`, the folder's file, the user's file."""
    user = here.parent / "config" / "dmnroute" / "dmnroute.toml"
    user.write_text('runs_at_once = 1\nlog_level = "debug"\n')
    assert (load_settings().runs_at_once, load_settings().log_level) == (1, "debug")
    (here / "dmnroute.toml").write_text("runs_at_once = 2\n")
    assert load_settings().runs_at_once == 2
    (here / ".env").write_text("DMNROUTE_RUNS_AT_ONCE=3\nSOMETHING_ELSE=1\n")
    assert load_settings().runs_at_once == 3
    monkeypatch.setenv("DMNROUTE_RUNS_AT_ONCE", "4")
    assert load_settings().runs_at_once == 4
    assert load_settings(runs_at_once=5).runs_at_once == 5
    assert (load_settings(runs_at_once=None).runs_at_once, load_settings().log_level) == (4, "debug")


def test_limits_are_nested(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One at a time, from several sources; amounts are exact."""
    (here / "dmnroute.toml").write_text("[limits]\nhops = 7\ndepth = 2\n")
    monkeypatch.setenv("DMNROUTE_LIMITS__COST", "0.1")
    assert load_settings().limits == Limits(hops=7, depth=2, cost=Decimal("0.1"))


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("RUNS_AT_ONCE", "0", "setting `DMNROUTE_RUNS_AT_ONCE`: input should be greater than or equal to 1"),
        ("LEASE", "0", "setting `DMNROUTE_LEASE`: input should be greater than 0"),
        (
            "LIMITS__HOPS",
            "many",
            "setting `DMNROUTE_LIMITS__HOPS`: input should be a valid integer, unable to parse string as an integer",
        ),
        ("LIMITS__COAST", "1", "setting `DMNROUTE_LIMITS__COAST`: extra inputs are not permitted"),
        ("ENGINE", "magic", "setting `DMNROUTE_ENGINE`: input should be 'local' or 'zeebe'"),
    ],
)
def test_a_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str, message: str) -> None:
    """By its variable; never with its value, which may be a secret."""
    monkeypatch.setenv(f"DMNROUTE_{name}", value)
    assert said() == f"bad_setting: {message}"


def test_a_value_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither in an error, nor when settings are printed."""
    monkeypatch.setenv("DMNROUTE_LIMITS", "s3cret")
    assert "s3cret" not in said()
    monkeypatch.delenv("DMNROUTE_LIMITS")
    assert "s3cret" not in repr(load_settings(store="postgresql://me:s3cret@db/x"))


def test_a_file_that_is_no_toml_is_named(here: Path) -> None:
    """With the place."""
    (here / "dmnroute.toml").write_text("runs_at_once = \n")
    assert said() == "bad_setting: `dmnroute.toml` isn't TOML: invalid value (at line 1, column 16)"


@pytest.mark.parametrize(
    ("budgets", "message"),
    [
        (
            '[[budgets]]\ntenant = "acme"',
            "setting `DMNROUTE_BUDGETS`, entry 1: a budget needs a limit: one of cost, tokens, calls, hops, time",
        ),
        (
            '[[budgets]]\ncost = 1\n[[budgets]]\nagent = "judge"\nhops = 1',
            "setting `DMNROUTE_BUDGETS`, entry 2: hops belong to runs: a budget of an agent can't limit them",
        ),
        (
            '[[budgets]]\nagent = "read-text"\ncost = 1',
            "setting `DMNROUTE_BUDGETS`, entry 1: `read-text` can't be an agent: their names are words such as"
            " `read_text`",
        ),
        (
            '[[budgets]]\ntenant = ""\ncost = 1',
            "setting `DMNROUTE_BUDGETS`, entry 1: a tenant has a name; leave `tenant` out for all together",
        ),
        (
            "[[budgets]]\ncost = -1",
            "setting `DMNROUTE_BUDGETS`, entry 1, `cost`: input should be greater than or equal to 0",
        ),
        (
            '[[budgets]]\ncost = 1\nperiod = "week"',
            "setting `DMNROUTE_BUDGETS`, entry 1, `period`: input should be 'hour', 'day' or 'month'",
        ),
        (
            '[[budgets]]\ntenant = "*"\nperiod = "day"\ncost = 1\n[[budgets]]\ntenant = "*"\nperiod = "day"\ncalls = 5',
            "setting `DMNROUTE_BUDGETS`: entries 1 and 2 are both for tenant `*`, day; put their limits into one",
        ),
    ],
)
def test_a_budget_that_makes_no_sense_is_refused(here: Path, budgets: str, message: str) -> None:
    """With its entry, counted from 1."""
    (here / "dmnroute.toml").write_text(budgets)
    assert said() == f"bad_setting: {message}"


def test_budgets_of_several_scopes_stand_beside_each_other(here: Path) -> None:
    """Each tenant, a special one, an agent, another period."""
    (here / "dmnroute.toml").write_text(
        '[[budgets]]\ntenant = "*"\ncost = 1\n[[budgets]]\ntenant = "acme"\ncost = 2\n'
        '[[budgets]]\nagent = "judge"\ncost = 3\n[[budgets]]\ntenant = "*"\nperiod = "day"\ncost = 0.5\n'
    )
    assert [str(budget) for budget in load_settings().budgets] == [
        "tenant `*`",
        "tenant `acme`",
        "agent `judge`",
        "tenant `*`, day",
    ]
