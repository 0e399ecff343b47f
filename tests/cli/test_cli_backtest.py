"""`dmnroute policy backtest`: what a changed table would have done."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.conftest import Bench, Cli
from tests.cli.test_cli_explain import TABLE, _run


def test_a_draft_is_held_against_what_was_decided(bench: Bench, cli: Cli) -> None:
    """Each transition with its rules, an example, and the hits of each rule."""
    _run(bench, cli)
    (bench.root / "draft.dmn").write_text(TABLE.replace("&gt;= 0.9<", "&gt;= 0.92<"))
    said = cli("policy", "backtest", "draft.dmn", "--policy", "sure")
    assert said.code == 0
    assert said.out.splitlines()[1:] == [
        "2 hops, 2 of them decided by the tables of version 1",
        "",
        "1 hop of 1 run would go another way",
        "  hops  runs  from                 to            for example",
        "  1     1     rule 3: complete  →  rule 4: fail  r1 hop 2",
        "of 1 run nobody can know: hardly any run was ever sent to `fail`",
        "",
        "hits of each rule",
        "           recorded  draft",
        "  Route 1  1         1",
        "  Route 2  0         0",
        "  Route 3  1         0",
        "  Route 4  0         1",
    ]


def test_a_draft_that_would_stop_runs_is_a_finding(bench: Bench, cli: Cli) -> None:
    """The exit code is 1, and the document says where."""
    _run(bench, cli)
    (bench.root / "draft.dmn").write_text(TABLE.replace("&quot;greet&quot;", '"nobody"').replace('"greet"', '"nobody"'))
    said = cli("policy", "backtest", "draft.dmn", "--policy", "sure", "--since", "1h", "--json")
    found = json.loads(said.out)
    assert said.code == 1
    assert found["stops"] == {"unknown_agent": 1}
    (move,) = found["transitions"]
    assert (move["after"], move["examples"]) == ("error unknown_agent", [{"run": "r1", "hop": 1}])
    assert found["outlook"]["runs"] == 0


def test_the_page_needs_nothing_else(bench: Bench, cli: Cli) -> None:
    """One file with its charts inside; nothing is loaded, and no script runs."""
    _run(bench, cli)
    (bench.root / "draft.dmn").write_text(TABLE.replace("&gt;= 0.9<", "&gt;= 0.92<"))
    said = cli("policy", "backtest", "draft.dmn", "--policy", "sure", "--html", "found.html")
    page = Path(bench.root / "found.html").read_text("utf-8")
    assert (said.code, said.err) == (0, "wrote found.html\n")
    assert page.count("<svg") == 2
    assert "rule 3: complete → rule 4: fail" in page
    assert "<script" not in page
    assert "http" not in page


@pytest.mark.parametrize("when", ["yesterday", "7x"])
def test_a_moment_has_to_be_one(bench: Bench, cli: Cli, when: str) -> None:
    """What is no moment is wrong use."""
    (bench.root / "draft.dmn").write_text(TABLE)
    said = cli("policy", "backtest", "draft.dmn", "--since", when)
    assert said.code == 2
    assert said.err == f"error: `{when}` is no moment\nhint: as in 7d, 12h, 30m, or 2026-07-01T12:00:00Z\n"


def test_replays_tell_that_there_is_nothing_to_follow(bench: Bench, cli: Cli) -> None:
    """When every run goes the way that is recorded."""
    _run(bench, cli)
    (bench.root / "draft.dmn").write_text(TABLE)
    said = cli("policy", "backtest", "draft.dmn", "--policy", "sure", "--replay", "10")
    assert "no run that ended would go another way: there is none to follow" in said.out.splitlines()


def test_replays_tell_how_runs_would_have_ended(bench: Bench, cli: Cli) -> None:
    """A run that needs nothing that wasn't recorded is followed to its end, on the terminal and on the page."""
    _run(bench, cli)
    (bench.root / "draft.dmn").write_text(TABLE.replace("&gt;= 0.9<", "&gt;= 0.92<"))
    said = cli("policy", "backtest", "draft.dmn", "--policy", "sure", "--replay", "10")
    lines = said.out.splitlines()
    start = lines.index(
        "1 of 1 run that ended followed by the draft, with the outcomes that were recorded: 1 to the end"
    )
    assert lines[start + 1 : start + 4] == [
        "  ended        would end  runs",
        "  complete  →  fail       1",
        "known to the end (95 % interval of as many runs like them)",
    ]
    cli("policy", "backtest", "draft.dmn", "--policy", "sure", "--replay", "10", "--html", "found.html")
    page = Path(bench.root / "found.html").read_text("utf-8")
    assert "<td>complete</td><td>fail</td><td>1</td>" in page
