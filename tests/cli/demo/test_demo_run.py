"""Whole demos, on the local engine and a store of their own."""

from __future__ import annotations

import json
import os
import pty
import re
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import Bench, Cli
from tests.cli.demo.demo_routes import differences, repeated_steps, routes
from tests.support.tables import route

from dmnroute.store.open import open_store

WORKERS = '''
import time
from pathlib import Path
from pydantic import BaseModel
from dmnroute import Step, agent

class Document(BaseModel):
    path: str

class Measured(BaseModel):
    size: int

@agent("measure", cost="0.01")
def measure(document: Document, step: Step) -> Measured:
    """Be as sure as the document says."""
    text = Path(document.path).read_text()
    step.report(confidence=float(text))
    return Measured(size=len(text))

@agent("doubt", cost="0.02")
def doubt(document: Document, step: Step) -> Measured:
    """Note the call, and take a while."""
    with open("calls.txt", "a") as file:
        file.write(step.id + "\\n")
    time.sleep(0.2)
    step.report(confidence=0.5)
    return Measured(size=1)

@agent("publish", cost=0)
def publish(document: Document) -> Measured:
    """Save another policy, as an analyst would."""
    Path("dmn/intake.dmn").write_text(Path("next.dmn").read_text())
    return Measured(size=1)
'''

RULES = (
    ["-", '"start"', "-", '"measure"', "null", "null", "null", "somebody has to look"],
    ["-", "-", "< 0.70", "null", '"escalate"', '"desk"', "null", "nobody is sure"],
    ["-", "-", "-", "null", '"complete"', "null", '{status: "accepted"}', "sure enough"],
)


def _policy(*rules: list[str]) -> str:
    inputs, outputs = ["run.hop", "last.status", "last.confidence"], ["agent", "action", "group", "result"]
    return route(inputs, outputs, rules or RULES)


@pytest.fixture
def demo(bench: Bench) -> Path:
    """A project with a policy `intake`, and three documents that say how sure one can be of them."""
    (bench.root / "workers" / "measuring.py").write_text(WORKERS)
    (bench.root / "dmn" / "intake.dmn").write_text(_policy())
    documents = bench.root / "documents"
    documents.mkdir()
    for name, confidence in (("a.txt", "0.95"), ("b.txt", "0.72"), ("c.txt", "0.40")):
        (documents / name).write_text(confidence)
    return bench.root


def test_each_hop_is_a_line_and_the_summary_comes_last(demo: Path, cli: Cli) -> None:
    """Plain text without escape codes; all documents reached an end."""
    said = cli("demo", "documents", "--session", "s")
    assert (said.code, said.err) == (0, "")
    lines = said.out.splitlines()
    assert lines[0] == "session s starts: 3 documents · policy intake version 1 (dmn/intake.dmn)"
    assert sorted(lines[1:7]) == [
        "a.txt completed: accepted · rule 3 · sure enough · 0.95 · $0.0100",
        "a.txt → measure · rule 1 · somebody has to look · $0",
        "b.txt completed: accepted · rule 3 · sure enough · 0.72 · $0.0100",
        "b.txt → measure · rule 1 · somebody has to look · $0",
        "c.txt escalated to desk · rule 2 · nobody is sure · 0.40 · $0.0100",
        "c.txt → measure · rule 1 · somebody has to look · $0",
    ]
    assert re.sub(r"[\d.]+ s |\([\d.]+ per second\)|· [\d.]+ s of CPU", "…", "\n".join(lines[7:])) == (
        "\nsession s: 3 documents in ……\n"
        "     2  completed: accepted\n"
        "     1  escalated to desk\n"
        "6 hops · $0.0300 simulated (as the agents declare it) … measured\n"
        "6 decisions re-evaluated, 6 identical\n"
        "what if: Route rule 2, last.confidence `< 0.75` instead of `< 0.70`:"
        " 1 of 3 documents takes another route (b.txt)\n"
        "  try it: dmnroute demo documents --set 'Route/2/last.confidence=< 0.75'"
    )


def test_the_command_of_the_what_if_shows_what_was_said(demo: Path, cli: Cli) -> None:
    """The very command: one document goes another way, the same one, and the file isn't touched."""
    found = _summary(cli("demo", "documents", "--json").out)["what_if"]
    text = (demo / "dmn" / "intake.dmn").read_text()
    again = cli(*shlex.split(found["command"])[1:], "--json")
    summary = _summary(again.out)
    assert again.code == 0
    assert summary["rerouted"] == found["rerouted"] == ["b.txt"]
    assert summary["ends"] == {"completed: accepted": 1, "escalated to desk": 2}
    assert (summary["decisions"], summary["identical"]) == (6, 6)
    assert (demo / "dmn" / "intake.dmn").read_text() == text


def test_a_change_is_said_at_the_start_and_at_the_end(demo: Path, cli: Cli) -> None:
    """How many documents take another route than with the file."""
    lines = cli("demo", "documents", "--set", "Route/2/last.confidence=< 0.99").out.splitlines()
    assert lines[1] == "changed for this demo: Route/2/last.confidence=< 0.99"
    assert (
        "with Route/2/last.confidence=< 0.99: 2 of 3 documents take another route than with the file (a.txt, b.txt)"
        in lines
    )


def test_a_change_that_cannot_be_made_starts_nothing(demo: Path, cli: Cli) -> None:
    """The error of the table, and no run in the store."""
    said = cli("demo", "documents", "--set", "Route/2/confidence=< 0.99")
    assert said.code == 1
    assert said.out == ""
    assert said.err.startswith("error: no column `confidence`")
    assert json.loads(cli("runs", "--json").out) == []


def test_a_change_needs_the_local_engine(demo: Path, cli: Cli) -> None:
    """Other processes route on Zeebe: they wouldn't know of it."""
    said = cli("demo", "documents", "--set", "Route/2/last.confidence=< 0.99", "--engine", "zeebe")
    assert (said.code, said.out, said.err) == (
        2,
        "",
        "error: `--set` changes the policy of this process, and the routers of Zeebe are others\n"
        "hint: `--engine local` routes here\n",
    )


def test_json_has_one_object_per_line(demo: Path, cli: Cli) -> None:
    """Events as they happen, the summary last; money is exact."""
    said = cli("demo", "documents", "--json", "--limit", "1", "--session", "s")
    started, first, second, end, summary = map(json.loads, said.out.splitlines())
    assert (started["event"], started["session"], started["documents"]) == ("started", "s", 1)
    assert (first["event"], first["agents"], first["rules"], first["hop"]) == ("hop", ["measure"], [1], 1)
    assert (second["to"], second["confidence"], second["cost"]) == ("completed: accepted", 0.95, 0.01)
    assert (end["event"], end["kind"], end["document"]) == ("end", "completed", "a.txt")
    assert summary["event"] == "summary"
    assert (summary["cost"], summary["cost_is"], summary["exit_code"]) == (0.01, "simulated", 0)


def test_the_same_session_starts_nothing_twice(demo: Path, cli: Cli) -> None:
    """Without paths it goes on with what it has; what happened before counts, and isn't told again."""
    cli("demo", "documents", "--limit", "2", "--session", "s")
    again = cli("demo", "--session", "s").out.splitlines()
    assert again[0] == "session s goes on: 2 documents · policy intake version 1 (dmn/intake.dmn)"
    assert not [line for line in again if "→" in line]
    assert "     2  completed: accepted" in again
    more = cli("demo", "documents", "--session", "s").out.splitlines()
    assert [line for line in more if "→" in line] == ["c.txt → measure · rule 1 · somebody has to look · $0"]
    assert len(json.loads(cli("runs", "--json").out)) == 3


def test_without_a_name_each_demo_has_a_session_of_its_own(demo: Path, cli: Cli) -> None:
    """Two demos, six runs."""
    names = {cli("demo", "documents").out.split()[1] for _ in range(2)}
    assert len(names) == 2
    assert len(json.loads(cli("runs", "--json").out)) == 6


def test_a_stopped_document_is_an_error_until_the_policy_is_mended(demo: Path, cli: Cli) -> None:
    """The whole message, exit code 1; the same session goes on with the corrected policy."""
    (demo / "dmn" / "intake.dmn").write_text(_policy(RULES[0], RULES[1]))
    said = cli("demo", "documents", "--session", "s", "--limit", "1")
    assert said.code == 1
    message = "no rule of `Route` matches\n{0}intake.dmn, decision `Route`\n{0}hint: rule 1 came nearest: "
    assert f"a.txt stopped: no_match · $0.0100\n  {message.format('  ')}" in said.out
    assert f"     1  stopped: no_match\na.txt: stopped: no_match\n    {message.format('    ')}" in said.out
    (demo / "dmn" / "intake.dmn").write_text(_policy())
    mended = cli("demo", "documents", "--session", "s", "--limit", "1")
    assert mended.code == 0
    assert "a.txt completed: accepted · rule 3 · sure enough · 0.95 · $0.0100" in mended.out
    assert "2 decisions re-evaluated, 2 identical" in mended.out


def test_a_policy_that_is_saved_meanwhile_decides_the_next_hop(demo: Path, cli: Cli) -> None:
    """Its changed cells are told; a broken one is refused, and told as well."""
    publishing = ["1", "-", "-", '"publish"', "null", "null", "null"]
    (demo / "dmn" / "intake.dmn").write_text(_policy(publishing, *RULES))
    looser = [*RULES[1][:2], "< 0.55", *RULES[1][3:]]
    (demo / "next.dmn").write_text(_policy(publishing, RULES[0], looser, RULES[2]))
    said = cli("demo", "documents", "--limit", "1", "--session", "s")
    assert "policy: version 2 from the next hop\n  Route rule 3, last.confidence: `< 0.70` → `< 0.55`\n" in said.out
    (demo / "next.dmn").write_text("<definitions")
    refused = cli("demo", "documents", "--limit", "1")
    assert "policy: refused, version 2 stays\n  " in refused.out
    assert refused.code == 0


def test_a_difference_is_shown_and_makes_the_demo_fail(demo: Path, cli: Cli) -> None:
    """An agent that costs more now reserves more: what was recorded can't be said to be reproducible."""
    cli("demo", "documents", "--session", "s", "--limit", "1")
    agents = demo / "workers" / "measuring.py"
    agents.write_text(WORKERS.replace('cost="0.01"', 'cost="0.05"'))
    sys.modules.pop("measuring")
    said = cli("demo", "--session", "s")
    assert said.code == 1
    assert (
        "2 decisions re-evaluated, 1 identical\n  a.txt, hop 1: plan.steps[1].reserve: recorded 0.01, now 0.05"
        in said.out
    )


def test_agents_that_were_missed_are_named_with_what_brings_them(demo: Path, cli: Cli) -> None:
    """Only those that a document was sent to."""
    rules = (["-", '"start"', "-", '"read_scan"', "null", "null", "null"], RULES[2])
    (demo / "dmn" / "intake.dmn").write_text(_policy(*rules))
    assert (
        "the tables had to do without `read_scan`: pip install 'rapidocr_that_is_missing' brings what they need\n"
        in cli("demo", "documents").out
    )


def test_documents_that_are_not_there_start_nothing(demo: Path, cli: Cli) -> None:
    """Exit code 2: the call makes no sense."""
    said = cli("demo", "nowhere")
    assert (said.code, said.out, said.err) == (2, "", "error: there is no `nowhere`\n")


SLOW = (
    ["< 6", "-", "-", '"doubt"', "null", "null", "null"],
    ["-", "-", "-", "null", '"complete"', "null", '{status: "accepted"}'],
)


async def test_a_demo_that_was_killed_goes_on_where_it_was(demo: Path, cli: Cli) -> None:
    """The same routes as one that wasn't, no step recorded twice, and none that had ended called again."""
    (demo / "dmn" / "intake.dmn").write_text(_policy(*SLOW))
    process = _dmnroute("demo", "documents", "--session", "killed")
    _wait_for(lambda: (demo / "calls.txt").exists() and len(_calls(demo)) > 6)
    process.kill()
    process.communicate()
    ended = await _ended_steps(demo, "killed")
    before = _calls(demo)
    done = _dmnroute("demo", "documents", "--session", "killed")
    assert done.communicate(timeout=60)[0].startswith("session killed goes on: 3 documents")
    assert done.returncode == 0
    assert not set(_calls(demo)[len(before) :]) & ended
    _dmnroute("demo", "documents", "--session", "whole").communicate(timeout=60)
    store = await open_store(str(demo / "runs.db"))
    try:
        assert differences(await routes(store, "killed"), await routes(store, "whole")) == []
        assert await repeated_steps(store, "killed") == []
    finally:
        await store.close()


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_demo_that_is_stopped_says_how_it_goes_on(demo: Path, sent: signal.Signals, code: int) -> None:
    """At once, however long its agents would take."""
    (demo / "dmn" / "intake.dmn").write_text(_policy(*SLOW))
    process = _dmnroute("demo", "documents", "--session", "s", "--limit", "2")
    _wait_for(lambda: (demo / "calls.txt").exists())
    process.send_signal(sent)
    _, said = process.communicate(timeout=60)
    assert (process.returncode, said) == (
        code,
        "stopped; nothing is lost: `dmnroute demo documents --limit 2 --session s` goes on,"
        " and so does `dmnroute resume`\n",
    )


def test_on_a_terminal_the_screen_is_taken_and_given_back(demo: Path) -> None:
    """The table stays on the ordinary screen, with the documents and the summary below."""
    written = _on_a_terminal(demo, "demo", "documents", "--session", "s")
    screen, _, left = written.partition("\x1b[?1049l")
    assert "\x1b[?1049h" in screen
    assert "\x1b[?25h" in written  # the cursor is back
    plain = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", left)
    assert re.search(r"^ 2 .*< 0.70 +escalate .*nobody is sure +1", plain, re.MULTILINE)
    assert re.search(r"^a.txt +completed: accepted · rule 3 · sure enough +0.95 +\$0.0100", plain, re.MULTILINE)
    assert "6 decisions re-evaluated, 6 identical" in plain


def test_plain_lines_can_be_had_on_a_terminal(demo: Path) -> None:
    """--plain: no screen is taken."""
    written = _on_a_terminal(demo, "demo", "documents", "--plain")
    assert "\x1b" not in written
    assert "a.txt → measure" in written


def _summary(out: str) -> dict[str, Any]:
    summary: dict[str, Any] = json.loads(out.splitlines()[-1])
    assert summary["event"] == "summary"
    return summary


def _dmnroute(*arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", "from dmnroute.cli import main; main()", *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def _calls(demo: Path) -> list[str]:
    return (demo / "calls.txt").read_text().split()


def _wait_for(condition: Any) -> None:
    patience = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < patience
        time.sleep(0.02)


async def _ended_steps(demo: Path, session: str) -> set[str]:
    store = await open_store(str(demo / "runs.db"))
    try:
        return {event.data["step"] for event in await store.events(limit=10_000) if event.kind == "step_ended"}
    finally:
        await store.close()


def _on_a_terminal(demo: Path, *arguments: str) -> str:
    """Everything that a demo writes to a terminal of 100 columns."""
    here, there = pty.openpty()
    environment = os.environ | {"COLUMNS": "100", "LINES": "30", "TERM": "xterm-256color"}
    command = [sys.executable, "-c", "from dmnroute.cli import main; main()", *arguments]
    process = subprocess.Popen(command, stdin=there, stdout=there, stderr=there, env=environment)
    os.close(there)
    written = b""
    while True:
        try:
            chunk = os.read(here, 65_536)
        except OSError:  # the other end is closed
            break
        if not chunk:
            break
        written += chunk
    os.close(here)
    assert process.wait(timeout=60) == 0
    return written.decode().replace("\r\n", "\n")
