"""`dmnroute run`, and how a run that came to rest is told."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from tests.cli.conftest import Bench, Cli

GREET = {"agent": '"greet"'}
DONE = {"action": '"complete"'}
SPAN = re.compile(r"[0-9.]+ m?s$", re.MULTILINE)


def test_each_hop_is_told_with_its_rules_and_the_result_comes_last(bench: Bench, cli: Cli) -> None:
    """Plain lines: the run, its hops, the sum, the result."""
    bench.save("hello", GREET, {**DONE, "reason": '"everybody is greeted"'})
    said = cli("run", "hello", "--run-id", "r1", "--input", "name=Ada")
    assert said.code == 0
    assert said.err == ""
    assert SPAN.sub("… s", said.out) == (
        "r1  policy hello version 1\n"
        "   1  greet  because rule 1\n"
        "   2  complete  because rule 2  — everybody is greeted\n"
        "r1 completed after 2 hops, 0.1 USD, … s\n"
        '{\n  "greeting": "hello Ada"\n}\n'
    )


def test_json_has_everything_with_exact_numbers(bench: Bench, cli: Cli) -> None:
    """One document on stdout, and nothing else; money is written as it was counted."""
    bench.save("hello", GREET, DONE)
    said = cli("run", "hello", "--run-id", "r1", "--tag", "customer=17", "--json")
    assert said.code == 0
    document = said.json
    assert document["status"] == "completed"
    assert document["result"] == {"greeting": "hello world"}
    assert document["tags"] == {"customer": "17"}
    assert document["cost"] == Decimal("0.10")
    assert '"confidence": 0.9' in said.out
    assert [hop["decision"]["rules"][0]["rule"] for hop in document["hops"]] == [1, 2]
    assert document["hops"][0]["ended"]["status"] == "ok"
    assert document["hops"][1]["ended"] is None


def test_a_run_without_an_id_gets_a_readable_one(bench: Bench, cli: Cli) -> None:
    """Policy, day, time and four letters; two runs never share one."""
    bench.save("hello", DONE)
    ids = {cli("run", "hello", "--json").json["run"] for _ in range(2)}
    assert len(ids) == 2
    assert all(re.fullmatch(r"hello-\d{4}-\d{4}-[a-z0-9]{4}", name) for name in ids)


def test_starting_an_id_twice_changes_nothing(bench: Bench, cli: Cli) -> None:
    """The second start tells the result of the first one, and says what was given in vain."""
    bench.save("hello", GREET, DONE)
    first = cli("run", "hello", "--run-id", "r1", "--input", "name=Ada", "--json")
    again = cli("run", "hello", "--run-id", "r1", "--input", "name=Bob", "--json")
    assert again.code == 0
    assert again.json == first.json
    assert again.err == (
        "run `r1` was started before (completed); nothing new is started\n"
        "it was started with another input, and keeps it\n"
    )


def test_a_run_that_fails_exits_with_1(bench: Bench, cli: Cli) -> None:
    """The reason that the table gave is told."""
    bench.save("hello", {"agent": '"refuse"'}, {"action": '"fail"', "reason": '"nobody greets"'})
    said = cli("run", "hello", "--run-id", "r1")
    assert said.code == 1
    assert said.out.splitlines()[-2].startswith("r1 failed after 2 hops, 0 USD, ")
    assert said.out.splitlines()[-1] == "nobody greets"


def test_a_run_that_stops_tells_the_error_and_the_way_on(bench: Bench, cli: Cli) -> None:
    """Where in which table, why, and what to do."""
    bench.save("hello", GREET)
    said = cli("run", "hello", "--run-id", "r1")
    assert said.code == 1
    assert "error: no rule of `Route` matches" in said.err
    assert said.err.endswith("correct the policy, then `dmnroute retry r1` goes on\n")
    assert "r1 stopped after 1 hop, 0.1 USD, " in said.out


def test_a_run_that_asks_people_says_how_to_answer(bench: Bench, cli: Cli) -> None:
    """Who is asked, why, and the command."""
    bench.save("hello", {"action": '"escalate"', "group": '"desk"', "reason": '"who is it?"'}, DONE)
    said = cli("run", "hello", "--run-id", "r1")
    assert said.code == 0
    assert SPAN.sub("… s", said.out).splitlines()[1:] == [
        "   1  escalate to `desk`  because rule 1  — who is it?",
        "r1 escalated after 1 hop, 0 USD, … s",
        "reason: who is it?",
        "answer: dmnroute answer r1 --input key=value",
    ]


def test_lines_of_a_child_run_bear_its_step(bench: Bench, cli: Cli) -> None:
    """A child's hops are told between those of its parent."""
    bench.save("child", GREET, DONE)
    bench.save("parent", {"agent": '"run:child"'}, DONE)
    said = cli("run", "parent", "--run-id", "r1")
    assert said.out.splitlines()[1:5] == [
        "   1  child  because rule 1",
        "1.1/1  greet  because rule 1",
        "1.1/2  complete  because rule 2",
        "   2  complete  because rule 2",
    ]


def test_the_limits_of_the_settings_hold(bench: Bench, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run started here is bound by `DMNROUTE_LIMITS__…`."""
    monkeypatch.setenv("DMNROUTE_LIMITS__HOPS", "1")
    bench.save("hello", GREET, GREET, DONE)
    said = cli("run", "hello")
    assert said.code == 1
    assert "fail  because limit `hops` reached" in said.out


def test_an_unknown_policy_starts_nothing(bench: Bench, cli: Cli) -> None:
    """The name that was meant is suggested, and the store stays empty."""
    bench.save("hello", DONE)
    said = cli("run", "helo")
    assert (said.code, said.out) == (1, "")
    assert said.err == "error: unknown policy `helo`; did you mean `hello`?\nhint: policies in `dmn`: hello\n"
    assert cli("runs").out == "no runs\n"


@pytest.mark.parametrize("name", ["a/b", "", " a", "a\nb"])
def test_a_run_id_is_a_word(bench: Bench, cli: Cli, name: str) -> None:
    """Ids of steps are made of it: a slash, a line end or nothing at all would make them ambiguous."""
    bench.save("hello", DONE)
    said = cli("run", "hello", "--run-id", name)
    assert said.code == 2
    assert said.err.startswith("error: run id `")


def test_an_agent_cannot_steer_the_terminal(bench: Bench, cli: Cli) -> None:
    """Control characters in what an agent or a table says are shown as such."""
    bench.save("hello", {**DONE, "reason": '"\\u001b[31mred"'})
    assert "\x1b" not in cli("run", "hello").out
