"""`dmnroute explain` and `dmnroute replay`: why a run went where it went, and whether it would again."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

from lxml import html
from tests.cli.conftest import Bench, Cli
from tests.cli.test_cli_looking import GUARDS, without_times
from tests.support.tables import route

from dmnroute.routing.canonical import loads

HISTORIES = Path(__file__).parents[1] / "histories"

TABLE = route(
    ["last.status", "last.confidence"],
    ["agent", "action", "reason"],
    [
        ['"start"', "-", '"greet"', "null", "null"],
        ['"ok"', ">= 0.95", "null", '"complete"', '"sure"'],
        ['"ok"', ">= 0.9", "null", '"complete"', '"nearly sure"'],
        ['"ok"', "-", "null", '"fail"', '"unsure"'],
    ],
)


def _run(bench: Bench, cli: Cli) -> None:
    (bench.root / "dmn" / "sure.dmn").write_text(TABLE)
    assert cli("run", "sure", "--run-id", "r1").code == 0


def test_a_hop_is_explained_by_its_table(bench: Bench, cli: Cli) -> None:
    """The rule that was taken with its cells, those that were met as well, and those that missed by one cell."""
    _run(bench, cli)
    said = cli("explain", "r1")
    digest = json.loads(cli("explain", "r1", "--json").out)["digest"]
    assert (said.code, said.err) == (0, "")
    assert without_times(said.out) == (
        "hop 2 of r1, <time>: complete\n"
        f"decided by sure version 1 ({digest})\n"
        "reason: nearly sure\n"
        "\n"
        'Route (FIRST) = {"agent": null, "action": "complete", "reason": "nearly sure"}\n'
        '  last.status is "ok"\n'
        "  last.confidence is 0.9\n"
        "  ✓ rule 3\n"
        '      ✓ last.status: "ok"\n'
        "      ✓ last.confidence: >= 0.9\n"
        '      → action "complete", reason "nearly sure"\n'
        "  ✓ rule 4 is met as well; FIRST leaves it aside\n"
        '  ✗ rule 1 missed only `last.status` `"start"`: it is "ok"\n'
        "  ✗ rule 2 missed only `last.confidence` `>= 0.95`: it is 0.9\n"
    )


def test_all_shows_every_cell(bench: Bench, cli: Cli) -> None:
    """Of rules far away, too, and no sum of the rest."""
    _run(bench, cli)
    lines = cli("explain", "r1", "1", "--all").out.splitlines()
    assert [line.strip() for line in lines if "rule" in line] == ["✓ rule 1", "✗ rule 2", "✗ rule 3", "✗ rule 4"]
    assert "      ? last.confidence: >= 0.95" in lines or "      ✗ last.confidence: >= 0.95" in lines


def test_the_page_for_the_browser_has_every_rule(bench: Bench, cli: Cli) -> None:
    """One file that needs nothing else; the taken rule stands out, and values are escaped."""
    _run(bench, cli)
    said = cli("explain", "r1", "--hops", "--html", "why.html")
    assert (said.code, said.out, said.err) == (0, "", "wrote why.html\n")
    page = html.fromstring((bench.root / "why.html").read_text("utf-8"))
    assert page.findtext(".//h1") == "Run r1: why it went where it went"
    assert [heading.text_content() for heading in page.findall(".//h2")] == ["Hop 1: greet", "Hop 2: complete"]
    assert [row.findtext("td") for row in page.xpath("//tr[@class='taken']")] == ["1", "3"]
    assert page.xpath("//link | //script | //img") == []


def test_the_page_keeps_the_lines_of_nulls(bench: Bench, cli: Cli) -> None:
    """A caret that isn't below what it points to says nothing."""
    table = route(["last.outcomes[1].error.kind"], ["action"], [["-", '"complete"']])
    (bench.root / "dmn" / "p.dmn").write_text(table)
    assert cli("run", "p", "--run-id", "r1").code == 0
    cli("explain", "r1", "--html", "why.html")
    page = html.fromstring((bench.root / "why.html").read_text("utf-8"))
    first = page.xpath("//h3[text()='Nulls']/following-sibling::pre")[0].text_content()
    assert first.splitlines()[2:] == ["  last.outcomes[1].error.kind", "  ^^^^^^^^^^^^^^^^"]


def test_a_hop_that_follows_from_an_earlier_one_says_so(bench: Bench, cli: Cli) -> None:
    """On a page as in text: nothing else would tell why there are no tables."""
    (bench.root / "workers" / "bench_guards.py").write_text(GUARDS)
    guarded = {"agent": '"greet"', "before": '"harmless"', "after": '"polite"'}
    bench.save("p", guarded, {"action": '"complete"'}, columns=("agent", "action", "before", "after"))
    assert cli("run", "p", "--run-id", "r1").code == 0
    first, second, third, fourth = (cli("explain", "r1", str(hop)).out.splitlines()[2] for hop in (1, 2, 3, 4))
    assert first == "reason: guards before `greet`"
    assert second == "the tables weren't asked: sends what the guards let through"
    assert third == "the tables weren't asked: asks guards before the tables see it: guards after `greet`"
    assert fourth == ""
    cli("explain", "r1", "--hops", "--html", "why.html")
    page = html.fromstring((bench.root / "why.html").read_text("utf-8"))
    said = [paragraph.text_content().splitlines()[-1] for paragraph in page.xpath("//h2/following-sibling::p[1]")]
    assert said[:3] == [line[0].upper() + line[1:] for line in (first, second, third)]


def test_the_same_for_programs(bench: Bench, cli: Cli) -> None:
    """Every rule, the near misses, and what the tables could read."""
    _run(bench, cli)
    found = cli("explain", "r1", "2", "--json").json
    assert (found["run"], found["hop"], found["policy"], found["version"]) == ("r1", 2, "sure", 1)
    [decision] = found["decisions"]
    assert [rule["rule"] for rule in decision["rules"] if rule["taken"]] == [3]
    assert decision["near_misses"] == [1, 2]
    assert [cell["met"] for cell in decision["rules"][1]["cells"]] == [True, False]
    assert found["context"]["run"]["hop"] == 2


def test_a_hop_that_is_not_there_is_said(bench: Bench, cli: Cli) -> None:
    """With how many there are."""
    _run(bench, cli)
    said = cli("explain", "r1", "7")
    assert (said.code, said.err) == (1, "error: run `r1` has no hop 7; it has 2\n")


def test_a_run_that_stopped_at_once_is_told_elsewhere(bench: Bench, cli: Cli) -> None:
    """There is no decision to explain; what its table got wrong is with the run."""
    bench.save("p", {"agent": '"greet"', "wait": '"nonsense"'})
    assert cli("run", "p", "--run-id", "r1").code == 1
    said = cli("explain", "r1")
    assert (said.code, said.err) == (
        1,
        "error: run `r1` has no hop yet\nhint: `dmnroute show r1` says how it stands\n",
    )


def test_tables_that_were_not_asked_explain_nothing(bench: Bench, cli: Cli) -> None:
    """What a person forced is said in their place, and no rule is shown as if it had matched."""
    bench.save("p", {"action": '"escalate"'}, {"action": '"fail"'}, {"action": '"complete"'})
    cli("run", "p", "--run-id", "r1")
    cli("steer", "r1", "--force", "greet", "--by", "ann", "--why", "at once")
    digest = json.loads(cli("explain", "r1", "2", "--json").out)["digest"]
    assert without_times(cli("explain", "r1", "2").out) == (
        "hop 2 of r1, <time>: greet\n"
        f"decided by p version 1 ({digest})\n"
        "the tables weren't asked: forced by ann: at once\n"
    )


def test_recorded_decisions_replay_bit_for_bit(bench: Bench, cli: Cli) -> None:
    """Every run of the store, or those that are named."""
    _run(bench, cli)
    bench.save("hello", {"agent": '"greet"'}, {"action": '"complete"'})
    cli("run", "hello", "--run-id", "r2")
    assert cli("replay", "--all").out == "4 decisions of 2 runs taken once more: no divergence\n"
    assert cli("replay", "--all", "--policy", "hello").out == "2 decisions of 1 run taken once more: no divergence\n"
    assert cli("replay", "r1", "--json").json == {"runs": 1, "decisions": 2, "diverged": []}


def test_a_decision_that_was_tampered_with_is_found(bench: Bench, cli: Cli) -> None:
    """The first divergence of the run is shown, and the exit code is 1."""
    _run(bench, cli)
    with sqlite3.connect(bench.root / "runs.db") as database:
        [(record,)] = database.execute("select record from decisions where run = 'r1' and hop = 2").fetchall()
        changed = loads(record)
        changed["plan"]["reason"] = "quite sure"
        database.execute("update decisions set record = ? where run = 'r1' and hop = 2", [json.dumps(changed)])
    database.close()
    said = cli("replay", "--all")
    assert said.code == 1
    assert said.out == (
        "run r1 diverges at hop 2, decided by sure version 1\n"
        '  plan.reason: recorded "quite sure", now "nearly sure"\n'
        "\n"
        "2 decisions of 1 run taken once more: 1 run diverged\n"
    )


def test_exported_runs_need_no_store(bench: Bench, cli: Cli) -> None:
    """Files are replayed and explained where nothing else is."""
    said = cli("replay", HISTORIES / "a_straight_route.json", HISTORIES / "a_child.json")
    assert (said.code, said.out) == (0, "6 decisions of 2 runs taken once more: no divergence\n")
    assert cli("explain", HISTORIES / "a_straight_route.json", "1").code == 0
    said = cli("replay", HISTORIES / "must_diverge" / "another_threshold.json")
    assert said.code == 1
    assert said.out.splitlines()[0] == "run a_straight_route diverges at hop 1, decided by intake version 1"
    assert not (bench.root / "runs.db").exists()


def test_replay_needs_to_know_which_runs(bench: Bench, cli: Cli) -> None:
    """Some by name, or all."""
    assert cli("replay").err == "error: name runs, or give --all\n"
    assert cli("replay", "r1", "--policy", "p").err == "error: --policy goes with --all\n"
    assert cli("replay", "r1", "--all").code == 2
