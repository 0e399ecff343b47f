"""The commands that only look: runs, show, events, policies, agents, version."""

from __future__ import annotations

import platform
import re
from decimal import Decimal

from tests.cli.conftest import Bench, Cli

from dmnroute import __version__
from dmnroute.cli.extras import remedy
from dmnroute.routing.canonical import loads

GREET = {"agent": '"greet"'}
ASK = {"action": '"escalate"'}
DONE = {"action": '"complete"'}


def without_times(text: str) -> str:
    """The text with every time replaced."""
    text = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC", "<moment>", text)
    text = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d\b", "<minute>", text)
    text = re.sub(r"\d\d:\d\d:\d\d\.\d{3}", "<time>", text)
    return re.sub(r"\b[0-9.]+ s\b", "<seconds>", text)


def test_runs_are_a_table_with_the_latest_first(bench: Bench, cli: Cli) -> None:
    """Plain columns without boxes, for people and for awk."""
    bench.save("hello", GREET, DONE)
    bench.save("stops", GREET)
    cli("run", "hello", "--run-id", "r1")
    cli("run", "stops", "--run-id", "r2")
    assert without_times(cli("runs").out).splitlines() == [
        "run  status              policy  hops  cost     started (UTC)     took",
        "r2   stopped (no_match)  stops   1     0.1 USD  <minute>  <seconds>",
        "r1   completed           hello   2     0.1 USD  <minute>  <seconds>",
    ]


def test_runs_can_be_narrowed_down(bench: Bench, cli: Cli) -> None:
    """By status, policy, label and number."""
    bench.save("hello", DONE)
    bench.save("asks", ASK, DONE)
    cli("run", "hello", "--run-id", "r1", "--tag", "customer=17")
    cli("run", "hello", "--run-id", "r2")
    cli("run", "asks", "--run-id", "r3")

    def found(*options: str) -> list[str]:
        return [run["run"] for run in cli("runs", "--json", *options).json]

    assert found() == ["r3", "r2", "r1"]
    assert found("--status", "escalated", "--status", "stopped") == ["r3"]
    assert found("--policy", "hello") == ["r2", "r1"]
    assert found("--tag", "customer=17") == ["r1"]
    assert found("--limit", "1") == ["r3"]


def test_an_unknown_status_is_guessed(bench: Bench, cli: Cli) -> None:
    """All of them are named."""
    said = cli("runs", "--status", "stoped")
    assert (said.code, said.err) == (
        2,
        "error: unknown status `stoped`; did you mean `stopped`?\n"
        "hint: one of running, waiting, escalated, stopped, completed, failed, cancelled\n",
    )


def test_the_timeline_tells_every_hop(bench: Bench, cli: Cli) -> None:
    """Time, version, rules, steps with their figures, how the hop ended, signals, result."""
    ask = {**ASK, "group": '"desk"', "reason": '"sure?"'}
    bench.save("hello", {"agent": '["greet", "refuse"]'}, ask, DONE)
    cli("run", "hello", "--run-id", "r1", "--input", "name=Ada", "--tag", "customer=17")
    cli("signal", "r1", "hurry", "--payload", '{"by": "Bob"}', "--no-drive")
    cli("answer", "r1", "--input", "ok=true")
    assert without_times(cli("show", "r1").out) == (
        "r1  completed\n"
        "policy   hello\n"
        "started  <moment>, <seconds> to the latest hop\n"
        'input    {"name": "Ada"}\n'
        "tags     customer=17\n"
        "cost     0.1 USD\n"
        "\n"
        "hop 1  <time>  hello version 1  greet, refuse\n"
        "  because Route rule 1\n"
        "  1.1  greet  ok  confidence 0.9  letters 5  0.1 USD  <seconds>\n"
        "  1.2  refuse  failed  0 USD  <seconds>  rude: no greeting today\n"
        "  ended partial\n"
        "\n"
        "hop 2  <time>  hello version 1  escalate to `desk`\n"
        "  because Route rule 2\n"
        "  reason: sure?\n"
        "  2.1  people  ok  0 USD  <seconds>\n"
        "  ended ok\n"
        "\n"
        "hop 3  <time>  hello version 1  complete\n"
        "  because Route rule 3\n"
        "\n"
        "signals\n"
        '  1  <time>  hurry  {"by": "Bob"}\n'
        "\n"
        "result\n"
        "  {\n"
        '    "greeting": "hello Ada",\n'
        '    "ok": true\n'
        "  }\n"
    )


def test_the_timeline_of_a_stopped_run_ends_with_the_whole_error(bench: Bench, cli: Cli) -> None:
    """As it was when the run stopped: place and all."""
    bench.save("stops", GREET)
    stop = cli("run", "stops", "--run-id", "r1", "--json").json["stop"]
    shown = cli("show", "r1").out
    assert "\nstopped at hop 2 (no_match)\n  no rule of `Route` matches" in shown
    assert shown.endswith("\n".join(f"  {line}" for line in stop["message"].split("\n")) + "\n")


def test_the_timeline_of_a_child_names_its_parent(bench: Bench, cli: Cli) -> None:
    """The way up is a run and a step."""
    bench.save("child", GREET, DONE)
    bench.save("parent", {"agent": '"run:child"'}, DONE)
    cli("run", "parent", "--run-id", "r1")
    assert "\nparent   r1, step r1/1.1\n" in cli("show", "r1/1.1").out


def test_events_are_lines_in_order(bench: Bench, cli: Cli) -> None:
    """Of one run, or of all; with --json one object a line."""
    bench.save("hello", GREET, DONE)
    cli("run", "hello", "--run-id", "r1")
    cli("run", "hello", "--run-id", "r2")
    lines = cli("events", "--run", "r1").out.splitlines()
    kinds = ["run_started", "hop_decided", "step_ended", "hop_decided", "run_ended"]
    assert [line.split("  ")[1] for line in lines] == kinds
    assert all(line.split("  ")[2] == "r1" for line in lines)
    events = [loads(line) for line in cli("events", "--json").out.splitlines()]
    assert [event["number"] for event in events] == sorted(event["number"] for event in events)
    ended = [event for event in events if event["kind"] == "step_ended"]
    assert [event["data"]["cost"] for event in ended] == [Decimal("0.10"), Decimal("0.10")]


def test_policies_show_the_version_that_decides(bench: Bench, cli: Cli) -> None:
    """A broken file is told with its error, and with the version that stays."""
    bench.save("hello", GREET, DONE)
    assert cli("policies").out == "policy  active  versions  state\nhello   1       1         ok\n"
    bench.save("hello", {"agent": '"greeet"'}, DONE)
    said = cli("policies")
    assert said.out.startswith("policy  active  versions  state\nhello   1       1         refused\n")
    assert "error: unknown agent `greeet`; did you mean `greet`?" in said.out
    assert cli("policies", "--json").json[0]["error"]["code"] == "unknown_agent"


def test_a_policy_shows_all_its_versions(bench: Bench, cli: Cli) -> None:
    """Each saved text is one; the active one is marked."""
    bench.save("hello", DONE)
    cli("policies")
    bench.save("hello", GREET, DONE)
    versions = cli("policies", "hello", "--json").json
    assert [(v["version"], v["active"]) for v in versions] == [(1, False), (2, True)]
    assert cli("policies", "hello").out.splitlines()[2].split()[-1] == "active"


def test_an_unknown_policy_is_guessed(bench: Bench, cli: Cli) -> None:
    """The error is the one that a run would have given."""
    bench.save("hello", DONE)
    said = cli("policies", "helo", "--json")
    assert (said.code, said.err) == (1, "")
    assert said.json == {
        "error": {
            "code": "unknown_policy",
            "message": "unknown policy `helo`; did you mean `hello`?",
            "place": None,
            "hint": "policies in `dmn`: hello",
        }
    }


def test_agents_say_what_they_take_give_and_cost(bench: Bench, cli: Cli) -> None:
    """Fields that may be left out stand in brackets; what is missing is named with the way to get it."""
    rows = [re.split(r" {2,}", line) for line in cli("agents").out.splitlines()]
    missing = "pip install 'rapidocr_that_is_missing'"
    assert rows == [
        ["agent", "takes", "gives", "cost", "timeout", "available", "what it does"],
        ["greet", "[name]", "greeting", "0.1 USD", "5 s", "yes", "Greet somebody."],
        ["read_scan", "[name]", "greeting", "0.01 USD", "1 min", missing, "Can't run here."],
        ["refuse", "[name]", "greeting", "0 USD", "1 min", "yes", "Greet nobody."],
    ]
    scan = next(agent for agent in cli("agents", "--json").json if agent["name"] == "read_scan")
    assert scan["available"] is False
    assert scan["missing"] == ["rapidocr_that_is_missing"]
    assert scan["input"]["properties"]["name"]["type"] == "string"


def test_a_project_without_agents_says_where_they_would_be(bench: Bench, cli: Cli) -> None:
    """An empty list is no error."""
    (bench.root / "workers" / "bench_agents.py").unlink()
    assert cli("agents").out == (
        "no agents: the project has none in `workers/`, and none are named in `DMNROUTE_AGENTS`\n"
    )


def test_the_version_names_what_it_runs_on(cli: Cli) -> None:
    """Enough for a report of a bug."""
    said = cli("version", "--json").json
    assert said["dmnroute"] == __version__
    assert said["python"] == platform.python_version()
    assert cli("version").out.startswith(f"dmnroute {__version__} (Python ")


def test_the_extra_that_brings_a_missing_module_is_named() -> None:
    """Modules and distributions may bear different names; what no extra brings is named itself."""
    assert remedy(()) is None
    assert remedy(("rapidocr", "onnxruntime", "PIL")) == "pip install 'dmnroute[ocr]'"
    assert remedy(("profanity_check",)) == "pip install 'dmnroute[demo]'"
    assert remedy(("no_such_module",)) == "pip install 'no_such_module'"


GUARDS = """
from pydantic import BaseModel
from dmnroute import agent

class Anything(BaseModel):
    pass

class Greeting(BaseModel):
    greeting: str

class Verdict(BaseModel):
    verdict: str
    reason: str = ""

@agent("harmless", cost=0)
def harmless(given: Anything) -> Verdict:
    return Verdict(verdict="allow")

@agent("polite", cost=0)
def polite(given: Greeting) -> Verdict:
    return Verdict(verdict="block", reason="too short")
"""


def test_a_timeline_shows_what_guards_said(bench: Bench, cli: Cli) -> None:
    """Which hop asked them, what waited for them, and their verdicts."""
    (bench.root / "workers" / "bench_guards.py").write_text(GUARDS)
    guarded = {"agent": '"greet"', "before": '"harmless"', "after": '"polite"'}
    bench.save("hello", guarded, {"action": '"complete"'}, columns=("agent", "action", "before", "after"))
    assert cli("run", "hello", "--run-id", "r1").code == 0
    shown = re.sub(r"\d\d:\d\d:\d\d\.\d+|[\d.]+ m?s\b", "…", cli("show", "r1").out)
    assert shown[shown.index("hop 1") :] == (
        "hop 1  …  hello version 1  harmless\n"
        "  because Route rule 1\n"
        "  held back until its guards have spoken: greet\n"
        "  reason: guards before `greet`\n"
        '  1.1  harmless  ok  0 USD  …  verdict "allow"\n'
        "  ended ok\n"
        "\n"
        "hop 2  …  hello version 1  greet\n"
        "  sends what the guards let through\n"
        "  2.1  greet  ok  confidence 0.9  letters 5  0.1 USD  …\n"
        "  ended ok\n"
        "\n"
        "hop 3  …  hello version 1  polite\n"
        "  asks guards before the tables see it\n"
        "  reason: guards after `greet`\n"
        '  3.1  polite  ok  0 USD  …  verdict "block"\n'
        "  ended ok\n"
        "\n"
        "hop 4  …  hello version 1  complete\n"
        "  because Route rule 2\n"
        "\n"
        "result\n"
        "  {}\n"
    )
