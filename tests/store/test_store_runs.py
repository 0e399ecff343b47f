"""Runs: started once, listed, told apart by status, policy and tags."""

from __future__ import annotations

from decimal import Decimal

import pytest
from tests.store.samples import START, hop, kinds, later, run, state_of, stop, write

from dmnroute.errors import OperatorError, UsageError
from dmnroute.routing.ports.store import Store
from dmnroute.routing.records.run import Limits, RunState


async def test_a_run_is_read_back_as_written(store: Store) -> None:
    """What the store returns equals what it was given, field by field."""
    given = run(
        tenant="acme",
        input={"amount": Decimal("0.10"), "names": ["ä", "😀", "x\ny", 'q"', "back\\slash"], "none": None, "yes": True},
        tags={"source": "mail", 'odd "name"': "it's"},
        limits=Limits(hops=3, cost=Decimal("1.50"), time=Decimal("0.1")),
        seed=2**80,
        merge={"holders": "append"},
        parent="r0/1.1",
        process_instance="2251799813685249",
    )
    await store.create([given])
    assert (await state_of(store)).run == given


async def test_a_new_run_is_running(store: Store) -> None:
    """It has no hop, no cost and no owner, and was changed last when it was started."""
    given = run()
    await store.create([given])
    assert await state_of(store) == RunState(run=given, status="running", updated=START)


async def test_a_run_is_created_once(store: Store) -> None:
    """A second run with the same id changes nothing and isn't counted."""
    first = run(input={"n": 1})
    assert await store.create([first, run(input={"n": 2})]) == 1
    assert await store.create([run(input={"n": 3}), run("r2")]) == 1
    assert (await state_of(store)).run == first
    assert await kinds(store) == ["run_started", "run_started"]


async def test_no_runs_are_no_error(store: Store) -> None:
    """Creating nothing does nothing."""
    assert await store.create([]) == 0


async def test_many_runs_are_created_at_once(store: Store) -> None:
    """More runs than a statement has room for; their events come in the order given."""
    assert await store.create([run(f"r{number}") for number in range(2500)]) == 2500
    events = await store.events(limit=5000)
    assert [event.run for event in events] == [f"r{number}" for number in range(2500)]


async def test_an_unknown_run_is_null_to_readers(store: Store) -> None:
    """Neither state nor history: no error."""
    assert await store.state("nobody") is None
    assert await store.history("nobody") is None


async def test_an_unknown_run_cannot_be_locked(store: Store) -> None:
    """The message names the run, and how to find the others."""
    with pytest.raises(OperatorError) as raised:
        async with store.locked("nobody"):
            pass
    assert raised.value.code == "unknown_run"
    assert str(raised.value) == "there is no run `nobody`\nhint: `dmnroute runs` lists the runs"


async def test_states_come_latest_started_first(store: Store) -> None:
    """Equal times are sorted by id."""
    given = [run("b", started=later(1)), run("c", started=later(2)), run("a", started=later(1)), run("d")]
    await store.create(given)
    assert [state.run.id for state in await store.states()] == ["c", "a", "b", "d"]
    assert [state.run.id for state in await store.states(limit=2)] == ["c", "a"]
    assert await store.states(limit=0) == []


async def test_ids_sort_by_their_characters(store: Store) -> None:
    """No language has a say: capitals before small letters before accents."""
    await store.create([run(name) for name in ("é", "a", "B", "Z", "b", "_")])
    assert [state.run.id for state in await store.states()] == ["B", "Z", "_", "a", "b", "é"]


async def test_states_are_filtered(store: Store) -> None:
    """By status, policy and all of the tags."""
    await store.create(
        [
            run("r1", tags={"team": "a", "source": "mail"}),
            run("r2", tags={"team": "a"}),
            run("r3", tags={"team": "b", "source": "mail"}, policy="returns"),
        ]
    )
    await write(store, hop(status="stopped", stop=stop()), name="r2")

    async def found(**filters: object) -> list[str]:
        return [state.run.id for state in await store.states(**filters)]  # type: ignore[arg-type]  # several kinds

    assert await found(statuses=["stopped"]) == ["r2"]
    assert await found(statuses={"stopped", "running"}) == ["r1", "r2", "r3"]
    assert await found(statuses=()) == []
    assert await found(policy="returns") == ["r3"]
    assert await found(tags={"source": "mail"}) == ["r1", "r3"]
    assert await found(tags={"source": "mail", "team": "a"}) == ["r1"]
    assert await found(tags={"team": "c"}) == []
    assert await found(tags={}) == ["r1", "r2", "r3"]
    assert await found(statuses=["running"], policy="intake", tags={"team": "a"}, limit=5) == ["r1"]


@pytest.mark.parametrize("name", ['a"b', "a.b", "$", "", "a\\b", "x\ny", "ä😀", "a'b", "%", "[0]"])
async def test_a_tag_may_have_any_name(store: Store, name: str) -> None:
    """Names and values of tags are texts, never patterns or paths."""
    await store.create([run("r1", tags={name: name}), run("r2", tags={"other": name})])
    assert [state.run.id for state in await store.states(tags={name: name})] == ["r1"]


async def test_times_are_kept_to_the_microsecond(store: Store) -> None:
    """Two runs that start one microsecond apart stay in order."""
    await store.create([run("a", started=START.replace(microsecond=1)), run("b", started=START.replace(microsecond=2))])
    assert [state.run.started.microsecond for state in await store.states()] == [2, 1]


async def test_a_time_without_a_zone_is_refused(store: Store) -> None:
    """Nobody could tell what instant it means; nothing is written."""
    with pytest.raises(UsageError) as raised:
        await store.create([run("r1"), run("r2", started=START.replace(tzinfo=None))])
    assert str(raised.value) == "time `2026-03-01T12:00:00` has no zone"
    assert await store.states() == []


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (float("nan"), "Out of range float values are not JSON compliant: nan"),
        (START, "Object of type datetime is not JSON serializable"),
        ("\ud800", "'utf-8' codec can't encode character '\\ud800' in position 10: surrogates not allowed"),
    ],
)
async def test_what_is_not_json_is_refused(store: Store, value: object, reason: str) -> None:
    """The reason is said, and nothing is written."""
    with pytest.raises(UsageError) as raised:
        await store.create([run("r1"), run("r2", input={"value": value})])
    assert raised.value.message == f"a value can't be kept as JSON: {reason}"
    assert raised.value.code == "not_json"
    assert await store.states() == []


async def test_a_value_nested_too_deeply_is_refused(store: Store) -> None:
    """A clear error, never a crash."""
    value: dict[str, object] = {}
    for _ in range(5000):
        value = {"in": value}
    with pytest.raises(UsageError) as raised:
        await store.create([run(input=value)])
    assert raised.value.code == "not_json"


async def test_an_id_that_is_no_text_is_refused(store: Store) -> None:
    """A lone surrogate can't be written to any store."""
    with pytest.raises(UsageError) as raised:
        await store.create([run("\ud800")])
    assert raised.value.code == "not_json"


@pytest.mark.parametrize("odd", ['x,"a":"b"', '{"a":"b"}', 'x\\","a":"b', 'a":"b', '"a":"b', "a", "b"])
async def test_a_tag_inside_of_another_is_none(store: Store, odd: str) -> None:
    """However it is quoted there."""
    await store.create([run("r1", tags={odd: "c", "c": odd})])
    assert await store.states(tags={"a": "b"}) == []
