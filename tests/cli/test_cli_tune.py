"""`dmnroute policy tune`: what other thresholds would have cost."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Bench, Cli
from tests.cli.test_cli_explain import _run

CELL = ("policy", "tune", "dmn/sure.dmn", "--cell", "Route/3/last.confidence")


def test_each_threshold_has_a_row(bench: Bench, cli: Cli) -> None:
    """The present one is marked, and so is the best; a table, a document and a page say the same."""
    _run(bench, cli)
    given = (*CELL, "--values", "0.5,0.95", "--right", "true", "--max-error", "0.1")
    said = cli(*given)
    assert (said.code, said.err) == (0, "")
    assert [line.split()[:4] for line in said.out.splitlines()[3:7]] == [
        ["threshold", "alone", "asked", "unknown"],
        ["best", "0.5", "1", "0"],
        ["now", "0.9", "1", "0"],
        ["0.95", "1", "0", "0"],
    ]
    assert said.out.splitlines()[-1] == "best with at most 0.1 wrong ends: 0.5"
    document = json.loads(cli(*given, "--json").out)
    assert [point["alone"] for point in document["points"]] == [1, 1, 1]
    assert document["points"][0]["error"]["share"] == 0
    told = cli(*given, "--html", "tune.html")
    page = Path(bench.root / "tune.html").read_text("utf-8")
    assert told.err == "wrote tune.html\n"
    assert page.count("<polyline") == 3
    assert "<script" not in page


def test_without_a_good_threshold_it_fails(bench: Bench, cli: Cli) -> None:
    """The exit code is 1 where every threshold lets too much through."""
    _run(bench, cli)
    said = cli(*CELL, "--values", "0.5", "--right", "false", "--max-error", "0.1")
    assert (said.code, said.out.splitlines()[-1]) == (1, "no threshold has at most 0.1 wrong ends")


def test_what_is_right_comes_from_the_settings(bench: Bench, cli: Cli) -> None:
    """Without it nothing can be said."""
    _run(bench, cli)
    refused = cli(*CELL)
    assert refused.code == 2
    assert refused.err.splitlines()[0].endswith("nothing says whether the end of a run of `sure` was right")
    settings = bench.root / "dmnroute.toml"
    settings.write_text((settings.read_text() if settings.exists() else "") + '\n[right]\nsure = "true"\n')
    assert cli(*CELL, "--values", "0.5").code == 0
