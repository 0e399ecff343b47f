"""What PostgreSQL can't hold as it is, is held in another form, and read back as it was: to the last digit and sign."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.store.samples import START, decision, hop, later, outcome, run, step, write

from dmnroute.routing.canonical import dumps
from dmnroute.routing.ports.store import Store
from dmnroute.routing.records.hop import Plan
from dmnroute.store.escapes import escape, from_jsonb, to_jsonb, unescape
from dmnroute.store.json_text import from_text, to_text

texts = st.text(st.sampled_from("\0␀0=a\\u") | st.characters(exclude_categories=["Cs"]), max_size=8)
numbers = st.integers() | st.decimals(allow_nan=False, allow_infinity=False) | st.floats(allow_nan=False, width=32)
values = st.recursive(
    st.none() | st.booleans() | numbers.filter(lambda number: abs(number) != float("inf")) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=8,
)


@given(texts)
def test_a_text_is_held_without_nul(text: str) -> None:
    """And is read back."""
    assert "\0" not in escape(text)
    assert unescape(escape(text)) == text


@given(values)
@example(Decimal("1E+30"))
@example([Decimal("-0.0"), Decimal("0E+3"), -0.0, 1e300])
@example({"b": 1, "a\0": Decimal("1E-20000"), "aa": Decimal("1." + "1" * 20_000)})
@example("␀=5")
def test_json_is_read_back_as_it_was_written(value: Any) -> None:
    """With the same digits, in the same order: its canonical text, by which it is found again, is the same."""
    written = to_jsonb(value)
    assert "\\u0000" not in written.replace("\\\\", "")
    assert dumps(from_jsonb(written)) == dumps(from_text(to_text(value)))
    assert list(_keys(from_jsonb(written))) == list(_keys(from_text(to_text(value))))


@given(values)
def test_no_number_is_written_that_jsonb_would_write_differently(value: Any) -> None:
    """Without an exponent that adds zeros, and without the sign of a zero."""
    outside_texts = re.sub(r'"(\\.|[^"\\])*"', "", to_jsonb(value))
    assert not re.search(r"E\+|-0(\.0*)?(?![.0-9])", outside_texts)


ODD = "\0␀0 ␀ \\u0000 ä"
NUMBERS = [Decimal("1E+30"), Decimal("-0.00"), Decimal("0.10"), Decimal("1E-7"), 10**40, Decimal("1E+200000"), 0]


async def test_every_text_may_hold_every_character(store: Store) -> None:
    """Texts of documents hold NUL: in names, inputs, outputs, signals and events nothing is lost."""
    given = run(f"r{ODD}", policy=ODD, tags={ODD: ODD}, input={ODD: [ODD, {ODD: ODD}]}, tenant=ODD, parent=ODD)
    await store.create([given])
    name = given.id
    planned = step(f"{name}/1.1", run=name, agent=ODD, type=ODD, version=ODD, input={ODD: ODD})
    taken = decision(name, plan=Plan(action="dispatch", steps=(planned,), reason=ODD), fingerprint=ODD)
    await write(store, hop(taken, result={ODD: ODD}), name=name)
    ended = outcome(planned.id, agent=ODD, output={"text": ODD})
    assert await store.record(ended, at=later(1))
    told = await store.signal(name, ODD, ODD, at=START, key=ODD)
    assert await store.signal(name, ODD, None, at=START, key=ODD) == told
    assert await store.acquire(name, ODD, now=START, until=later(9))
    kept = await store.keep_policy(ODD, ODD, ODD.encode(), at=START)
    history = await store.history(name)
    assert history is not None
    assert (history.run, history.hops[0].decision, history.signals) == (given, taken, (told,))
    assert await store.step(planned.id) == (planned, ended)
    states = await store.states(policy=ODD, tags={ODD: ODD})
    assert [(state.run, state.owner, state.result) for state in states] == [(given, ODD, {ODD: ODD})]
    assert await store.policy(ODD) == kept
    assert {event.run for event in await store.events(run=name)} == {name}
    assert (await store.events())[0].data["tags"] == {ODD: ODD}


async def test_numbers_keep_their_form(store: Store) -> None:
    """A decimal doesn't become an integer, or lose its zeros or its exponent: digests stay the same."""
    await store.create([run(input={"numbers": NUMBERS})])
    history = await store.history("r1")
    assert history is not None
    found = history.run.input["numbers"]
    assert [(type(number), str(number)) for number in found] == [(type(n), str(n)) for n in NUMBERS]


async def test_keys_are_in_order(store: Store) -> None:
    """By their characters, however long they are: a table that lists the entries of a context lists them alike."""
    await store.create([run(input={"zz": 1, "b": {"ccc": 1, "d": 2, "\0": 3}, "aaa": 2, "␀": 3})])
    history = await store.history("r1")
    assert history is not None
    assert list(_keys(history.run.input)) == ["aaa", "b", "\0", "ccc", "d", "zz", "␀"]


@pytest.mark.parametrize("text", ["\ud800", "a\udfff"])
async def test_a_lone_surrogate_is_refused(store: Store, text: str) -> None:
    """It has no bytes: the caller is told so, whatever it was given as."""
    for refused in (run(text), run(policy=text), run(input={"a": text}), run(tags={text: "a"})):
        with pytest.raises(Exception, match="surrogates not allowed") as raised:
            await store.create([refused])
        assert getattr(raised.value, "code", None) == "not_json"


def _keys(value: Any) -> Any:
    if isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from _keys(item)
    if isinstance(value, list):
        for item in value:
            yield from _keys(item)
