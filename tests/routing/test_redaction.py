"""Runs without their values: the ways stay, the values go, and every decision replays."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.histories.record import AGENTS, Document, Text
from tests.support.tables import by_hop, route

from dmnroute.agents.declaration import agent
from dmnroute.agents.registry import Registry
from dmnroute.agents.step import Step
from dmnroute.dmn import load
from dmnroute.errors import OperatorError, UsageError
from dmnroute.routing.policy import PolicyVersion
from dmnroute.routing.redaction.placeholders import Placeholders
from dmnroute.routing.redaction.rules import Rules
from dmnroute.routing.redaction.runs import redacted
from dmnroute.routing.stored_history import StoredRuns, read_history, read_runs
from dmnroute.testing import run_policy

HISTORIES = Path(__file__).parents[1] / "histories"
FILES = sorted(HISTORIES.glob("*.json"))
TWO_READERS = by_hop(["agent", "action"], [{"agent": '"read_text"'}, {"agent": '"judge"'}, {"action": '"complete"'}])


async def ran(policy: str, agents: Registry = AGENTS, **given: Any) -> StoredRuns:
    """A run of a policy, as it would be exported."""
    model = load(policy.encode(), name="p.dmn")
    run = await run_policy(model, agents=agents, run="order-17", **given)
    decided = run.history.hops[0].decision
    version = PolicyVersion(decided.policy, decided.version, decided.digest, model)
    return StoredRuns((run.history,), (version,), agents.catalogue)


def differences(runs: StoredRuns) -> list[str]:
    return [str(each) for run in runs.each() for again in run.replayed() for each in again.differences]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_recorded_run_can_be_redacted_and_replays(file: Path) -> None:
    """It goes the same way by the same rules, and is read back as it was written."""
    runs = read_runs(file.read_bytes())
    without = redacted(runs, Rules())
    assert differences(without) == []
    assert read_runs(without.to_text()).to_text() == without.to_text()
    for before, after in zip(runs.histories, without.histories, strict=True):
        assert [hop.decision.rules for hop in after.hops] == [hop.decision.rules for hop in before.hops]
        assert [hop.decision.plan.action for hop in after.hops] == [hop.decision.plan.action for hop in before.hops]


async def test_texts_that_tables_do_not_speak_of_are_gone() -> None:
    """From inputs, tags, outputs, errors, signals, and everything that was made of them; the id is one of them."""
    runs = await ran(TWO_READERS, input={"path": "/home/ada/lovelace.pdf", "dpi": 300})
    assert "lovelace" in runs.to_text()
    without = redacted(runs, Rules())
    text = without.to_text()
    assert "lovelace" not in text
    assert "order-17" not in text
    assert without.redaction is not None
    assert without.redaction.model_dump() == {
        "redact": (),
        "keep": (),
        "fields": {"facts.text": 1, "facts.verdict": 1, "run.id": 1, "run.input.path": 1},
        "values": 3,
    }


async def test_equal_values_have_equal_placeholders() -> None:
    """Of the same type and form: the ending of a file, a date, an e-mail address, digits."""

    @agent("echo", cost=0)
    def echo(given: Document, step: Step) -> Text:
        """Say the same."""
        return Text(text=given.path, pages=[given.dpi])

    runs = await ran(
        by_hop(["agent", "action"], [{"agent": '"echo"'}, {"action": '"complete"'}]),
        Registry({"echo": echo}),
        input={
            "path": "ada.pdf",
            "same": ["ada.pdf", "Ada Lovelace"],
            "born": "1815-12-10",
            "met": "1833-06-05T10:00:00Z",
            "mail": "ada@example.org",
            "page": "https://example.org/ada",
            "number": "0017",
            "due": "P3D",
            "known": True,
            "amount": 12.5,
            "iban": 4711,
            "customer": 12345678,
            "by name": {"Ada Lovelace": 1},
        },
    )
    (history,) = redacted(runs, Rules()).histories
    assert history.run.input == {
        "amount": Decimal("12.5"),
        "born": "2000-01-02",
        "by name": {"redacted-2": 1},
        "customer": 1_000_000_003,
        "due": "P3D",
        "iban": 1_000_000_004,
        "known": True,
        "mail": "redacted-5@example.invalid",
        "met": "2000-01-07T00:00:00Z",
        "number": "0007",
        "page": "https://redacted-8.invalid/",
        "path": "redacted-9.pdf",
        "same": ["redacted-9.pdf", "redacted-2"],
    }
    (outcome,) = history.hops[0].outcomes.values()
    assert outcome.output == {"text": "redacted-9.pdf", "pages": [300]}


READ_BY_TOPIC = route(
    ["run.hop", "facts.text"],
    ["agent", "action", "reason"],
    [
        ["1", "-", '"read_text"', "null", "null"],
        ["-", 'contains(?, "a.pdf")', "null", '"complete"', '"about " + facts.text'],
        ["-", "-", "null", '"fail"', '"about nothing"'],
    ],
)


async def test_a_route_that_hangs_on_a_value_is_refused() -> None:
    """With the field that the tables ask for; kept, the run is exported, and says so."""
    runs = await ran(READ_BY_TOPIC, input={"path": "a.pdf"})
    with pytest.raises(OperatorError) as caught:
        redacted(runs, Rules())
    assert str(caught.value) == (
        "run `order-17`, hop 2: without its values it would go another way (Route rule 2; now Route rule 3)\n"
        "hint: the tables ask for a value that is replaced: --keep facts.text"
    )
    without = redacted(runs, Rules(keep=("facts.text",)))
    assert differences(without) == []
    assert without.histories[0].hops[1].decision.plan.reason == "about text of a.pdf"
    assert without.redaction is not None
    assert (without.redaction.keep, without.redaction.fields) == (("facts.text",), {"run.id": 1})


@pytest.mark.parametrize(
    ("rules", "wanted"),
    [
        (Rules(), {"a": {"name": "redacted-1", "n": 1}, "b": ["redacted-2"], "open": True}),
        (Rules(keep=("run.input.a",)), {"a": {"name": "Ada", "n": 1}, "b": ["redacted-1"], "open": True}),
        (Rules(keep=("name",)), {"a": {"name": "Ada", "n": 1}, "b": ["redacted-1"], "open": True}),
        (Rules(keep=("run.input.*",)), {"a": {"name": "Ada", "n": 1}, "b": ["Bob"], "open": True}),
        (
            Rules(redact=("N", "open")),
            {"a": {"name": "redacted-2", "n": 1_000_000_001}, "b": ["redacted-3"], "open": False},
        ),
        (
            Rules(redact=("/^B/",), keep=("run.input.*",)),
            {"a": {"name": "Ada", "n": 1}, "b": ["redacted-1"], "open": True},
        ),
    ],
)
async def test_names_paths_and_patterns_say_what_is_replaced(rules: Rules, wanted: dict[str, Any]) -> None:
    """What is to be replaced wins over what is to be kept."""
    given = {"a": {"name": "Ada", "n": 1}, "b": ["Bob"], "open": True}
    runs = await ran(by_hop(["action"], [{"action": '"complete"'}]), input=given)
    assert redacted(runs, rules).histories[0].run.input == wanted


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ({"redact": ("/[/",)}, "`/[/` is no pattern: unterminated character set at position 0"),
        ({"keep": ("/x/",)}, "`/x/` is a pattern; what is kept is named by field or path"),
    ],
)
def test_rules_that_say_nothing_are_refused(rules: dict[str, Any], message: str) -> None:
    """Before anything is looked at."""
    with pytest.raises(UsageError) as caught:
        Rules(**rules)
    assert str(caught.value) == message


def test_a_run_that_does_not_replay_is_not_redacted() -> None:
    """Nobody could tell what the redaction changed."""
    runs = read_runs((HISTORIES / "must_diverge" / "another_threshold.json").read_bytes())
    with pytest.raises(OperatorError) as caught:
        redacted(runs, Rules())
    assert (caught.value.code, caught.value.message) == (
        "diverges",
        "run `a_straight_route` doesn't replay: hop 1 comes out otherwise even as it is, so nobody could tell what its "
        "redaction changes",
    )


async def test_a_file_of_several_runs_shares_its_placeholders() -> None:
    """Equal values of two runs are equal in the file; one run alone is asked of a file that holds one."""
    first, second = await ran(TWO_READERS, input={"path": "a.pdf"}), await ran(TWO_READERS, input={"path": "a.pdf"})
    other = second.histories[0]
    both = StoredRuns((first.histories[0], other), first.policies, first.catalogue)
    without = redacted(both, Rules(keep=("run.id",)))
    paths = [history.run.input["path"] for history in without.histories]
    assert paths == ["redacted-1.pdf", "redacted-1.pdf"]
    with pytest.raises(OperatorError, match=r"the file holds 2 runs \(`order-17`, `order-17`\), and one is asked for"):
        read_history(without.to_text())


VALUES = st.integers() | st.decimals(allow_nan=False, allow_infinity=False) | st.text(max_size=5)


@settings(max_examples=60, deadline=None)
@given(values=st.lists(VALUES))
def test_placeholders_keep_equality_and_types(values: list[Any]) -> None:
    """Two values have one placeholder exactly when they are equal; texts stay texts, numbers stay numbers."""
    places = Placeholders()
    made = [places.of(value) for value in values]
    for left, first in zip(values, made, strict=True):
        assert isinstance(left, str) is isinstance(first, str)
        for right, second in zip(values, made, strict=True):
            assert (left == right) is (first == second)
