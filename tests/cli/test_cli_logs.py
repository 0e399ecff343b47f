"""Logs for operators: on stderr, structured, without secrets."""

from __future__ import annotations

import json
import logging

import pytest
import structlog
from tests.cli.conftest import Bench, Cli

from dmnroute.cli.logs import configure

LOGGING_AGENT = '''
import logging
import structlog
from pydantic import BaseModel
from dmnroute import agent

class Nothing(BaseModel):
    pass

@agent("talk", cost=0)
def talk(given: Nothing) -> Nothing:
    """Log by both libraries, from a thread."""
    logging.getLogger("my.agent").warning("one")
    structlog.get_logger("my.agent").warning("two", detail=7)
    return given
'''


def test_log_lines_of_agents_bear_run_and_step(bench: Bench, cli: Cli) -> None:
    """Whatever library they log by, and though they run in a thread."""
    (bench.root / "workers" / "talker.py").write_text(LOGGING_AGENT)
    bench.save("p", {"agent": '"talk"'}, {"action": '"complete"'})
    said = cli("run", "p", "--run-id", "r1")
    lines = [json.loads(line) for line in said.err.splitlines()]
    assert [(line["event"], line["run"], line["step"]) for line in lines] == [
        ("one", "r1", "r1/1.1"),
        ("two", "r1", "r1/1.1"),
    ]
    assert lines[1]["detail"] == 7


def test_operators_see_what_went_wrong_without_asking(bench: Bench, cli: Cli) -> None:
    """A run that stopped is a warning, with run, hop and code."""
    bench.save("p", {"agent": '"greet"'})
    line = json.loads(cli("run", "p", "--run-id", "r1").err.splitlines()[0])
    assert {key: line[key] for key in ("event", "level", "run", "hop", "code")} == {
        "event": "run stopped",
        "level": "warning",
        "run": "r1",
        "hop": 2,
        "code": "no_match",
    }


def test_more_is_logged_when_it_is_asked_for(bench: Bench, cli: Cli) -> None:
    """-v tells hops, -vv steps too, each with its run and hop."""
    bench.save("p", {"agent": '"greet"'}, {"action": '"complete"'})

    def logged(*options: str) -> list[tuple[str, int]]:
        lines = [json.loads(line) for line in cli(*options, "run", "p").err.splitlines()]
        return [(line["event"], line["hop"]) for line in lines]

    assert logged() == []
    assert logged("-v") == [("hop decided", 1), ("hop decided", 2)]
    assert logged("-vv") == [("hop decided", 1), ("step ended", 1), ("hop decided", 2)]


def test_a_changed_policy_is_logged(bench: Bench, cli: Cli) -> None:
    """Refused with its reason."""
    bench.save("p", {"action": '"complete"'})
    cli("run", "p")
    bench.save("p", {"agent": '"greeet"'})
    said = cli("run", "p")
    line = json.loads(said.err.splitlines()[0])
    assert (line["event"], line["policy"], line["stays"]) == ("policy refused", "p", 1)
    assert said.code == 0


def test_passwords_are_not_logged(capsys: pytest.CaptureFixture[str]) -> None:
    """Neither in the text nor in a field."""
    configure(level="info", form="json")
    logging.getLogger("dmnroute.test").info("at %s", "postgresql://me:s3cret@db/x", extra={"store": "a://b:s3cret@c"})
    line = json.loads(capsys.readouterr().err)
    assert (line["event"], line["store"]) == ("at postgresql://me:***@db/x", "a://b:***@c")


def test_text_is_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    """One line with level, event and fields."""
    configure(level="info", form="text")
    structlog.get_logger("dmnroute.test").info("hop decided", run="r1")
    said = capsys.readouterr().err
    assert "[info     ] hop decided" in said
    assert "run=r1" in said
