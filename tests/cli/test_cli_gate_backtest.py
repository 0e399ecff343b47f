"""Publishing holds a draft against recorded runs, where the settings say so."""

from __future__ import annotations

from tests.cli.conftest import Bench, Cli
from tests.cli.test_cli_explain import TABLE, _run

LIMITS = "\n[gate_backtest]\nchanged_hops = 0.2\n"


def _with(bench: Bench, text: str) -> None:
    settings = bench.root / "dmnroute.toml"
    settings.write_text((settings.read_text() if settings.exists() else "") + text)


def test_a_table_that_changes_too_much_is_kept_out(bench: Bench, cli: Cli) -> None:
    """One of two hops is more than a fifth; without the limit, or within it, the table passes."""
    _run(bench, cli)
    table = bench.root / "dmn" / "sure.dmn"
    table.write_text(TABLE.replace("&gt;= 0.9<", "&gt;= 0.92<"))
    assert cli("policy", "publish", "dmn/sure.dmn", "--verify").code == 0
    _with(bench, LIMITS)
    refused = cli("policy", "publish", "dmn/sure.dmn", "--verify")
    assert refused.code == 1
    assert "1 of 2 recorded hops would go another way; at most 20 % may" in refused.out
    table.write_text(TABLE.replace("&gt;= 0.9<", "&gt;= 0.89<"))
    assert cli("policy", "publish", "dmn/sure.dmn", "--verify").code == 0
