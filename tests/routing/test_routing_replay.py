"""The past is decided again as it was: through a store, for any history."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.routing.deciding import CATALOGUE, START, after, decided, later, one_rule, run, version
from tests.support.tables import model, route, table

from dmnroute.errors import OperatorError, RouteError
from dmnroute.routing.decide import decide
from dmnroute.routing.history import History, Hop
from dmnroute.routing.policy import PolicyVersion
from dmnroute.routing.ports.runs import HopWrite
from dmnroute.routing.ports.store import Store
from dmnroute.routing.progress import hop_end
from dmnroute.routing.records.control import Control, ControlKind
from dmnroute.routing.records.run import Limits, Run
from dmnroute.routing.records.signal import Signal
from dmnroute.routing.records.step import Outcome, StepError
from dmnroute.routing.replay import replay
from dmnroute.routing.seeds import seed_of
from dmnroute.store.open import open_store

POLICY = version(
    model(
        table(
            "Remedy",
            ["last.status", "last.confidence"],
            ["remedy"],
            [['"failed", "timeout"', "-", '"again"'], ["-", "< 0.5", '"again"'], ["-", "-", '"on"']],
        ),
        table(
            "Route",
            ["Remedy", "modulo(run.hop, 6)"],
            ["agent", "action", "for_each", "join", "wait", "signal", "dpi", "timeout", "result"],
            [
                ['"again"', "-", '["ocr", "ask"]', "null", "null", '"any"', *["null"] * 5],
                [
                    "-",
                    "1",
                    '["ask", "ocr", "ask"]',
                    "null",
                    "null",
                    '"majority"',
                    "null",
                    "null",
                    "100 + run.hop",
                    "null",
                    "null",
                ],
                ["-", "2", '"ask"', "null", "facts.many", *["null"] * 3, "null", 'duration("PT90.5S")', "null"],
                ["-", "3", "null", '"wait"', "null", "null", "run.elapsed + 1.5", '"go"', *["null"] * 3],
                ["-", "4", "null", '"escalate"', "null", "null", "60", *["null"] * 4],
                ["-", "5", '"run:child"', *["null"] * 8],
                ["-", "-", "null", '"complete"', *["null"] * 6, "{at: now(), facts: facts, spent: budget.ratio}"],
            ],
            requires=["Remedy"],
        ),
    )
)

AMOUNTS = st.decimals(min_value=0, max_value=2, places=4)
OUTPUTS = st.none() | st.fixed_dictionaries(
    {},
    optional={
        "text": st.text(st.characters(exclude_categories=["Cs"]), max_size=4),
        "answer": st.integers() | st.booleans(),
        "many": st.lists(st.integers(0, 9), max_size=3),
        "total": AMOUNTS,
    },
)


@st.composite
def outcomes(draw: st.DrawFn, step: str, agent: str) -> Outcome:
    status = draw(st.sampled_from(["ok", "ok", "ok", "failed", "timeout", "cancelled"]))
    return Outcome(
        step=step,
        agent=agent,
        status=status,
        confidence=draw(st.none() | st.decimals(min_value=0, max_value=1, places=3)),
        output=draw(OUTPUTS) if status == "ok" else None,
        error=StepError(kind="busy", message="later") if status == "failed" else None,
        cost=draw(AMOUNTS),
        latency=draw(AMOUNTS),
        tokens=draw(st.integers(0, 999)),
        metrics=draw(st.dictionaries(st.sampled_from(["score", "n"]), AMOUNTS, max_size=2)),
    )


@st.composite
def recorded_runs(draw: st.DrawFn) -> History:
    """A run that was really decided, hop after hop, with outcomes in any order and signals at any time."""
    limits = Limits(cost=draw(st.none() | st.just(Decimal(20))), time=draw(st.none() | st.just(Decimal(5000))))
    history = History(
        run(limits=limits, merge={"many": "append", "total": "sum"}, input={"path": "ä.pdf", "x": [1, None]})
    )
    now = START
    for _ in range(draw(st.integers(1, 7))):
        now += timedelta(microseconds=draw(st.integers(0, 400_000_000)))
        if draw(st.booleans()):
            history = _signalled(history, now, draw(st.sampled_from(["go", "else"])), draw(OUTPUTS))
        for _ in range(draw(st.integers(0, 2))):
            history = _asked(history, now, *draw(_controls(history)))
        end = hop_end(history, now=now)
        if end is None:
            continue
        try:
            decision = decide(
                history, POLICY, CATALOGUE, previous=end, now=now, seed=seed_of("r", len(history.hops) + 1)
            )
        except RouteError:
            break
        history = history.with_decision(decision)
        arrived = [draw(outcomes(step.id, step.agent)) for step in decision.plan.steps]
        history = history.with_outcomes(draw(st.permutations(arrived)))
    return history


def _controls(history: History) -> st.SearchStrategy[tuple[ControlKind, dict[str, Any]]]:
    """What a person may ask of the run as it stands."""
    steps = [step.id for hop in history.hops for step in hop.decision.plan.steps]
    agents = st.sampled_from(["ocr", "ask"])
    kinds: list[st.SearchStrategy[Any]] = [
        st.tuples(st.just("facts"), st.dictionaries(st.sampled_from(["x", "text", "a.b"]), st.none() | st.integers())),
        st.tuples(st.sampled_from(["forbid", "force"]), st.fixed_dictionaries({"agent": agents})),
        st.just(("force", {"agent": None})),
    ]
    if steps:
        given = st.fixed_dictionaries({"step": st.sampled_from(steps), "output": OUTPUTS})
        kinds.append(st.tuples(st.sampled_from(["result", "skip"]), given))
    return st.one_of(kinds)


def _asked(history: History, now: Any, kind: ControlKind, data: dict[str, Any]) -> History:
    number = len(history.controls) + 1
    control = Control(run="r", number=number, kind=kind, data=data, who="ann", at=now)
    return replace(history, controls=(*history.controls, control))


def _signalled(history: History, now: Any, name: str, payload: Any) -> History:
    signal = Signal(run="r", number=len(history.signals) + 1, name=name, payload=payload, at=now)
    return replace(history, signals=(*history.signals, signal))


@given(recorded_runs())
@settings(max_examples=60, deadline=None)
def test_any_history_replays_to_itself(history: History) -> None:
    """Bit for bit."""
    for hop in range(1, len(history.hops) + 1):
        again = replay(history, hop, policy=POLICY, catalogue=CATALOGUE)
        assert [str(difference) for difference in again.differences] == []
        assert again.identical


@pytest.fixture(params=["memory", "sqlite"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    opened = await open_store("memory:" if request.param == "memory" else str(tmp_path / "s.db"))
    yield opened
    await opened.close()


@given(data=st.data())
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_a_history_replays_to_itself_after_a_round_trip_through_a_store(
    store: Store, data: st.DataObject
) -> None:
    """What is read back is what was written, and decides the same."""
    drawn = data.draw(recorded_runs())
    name = f"r{len(await store.states())}"
    history = await _kept(store, drawn, name)
    assert history == _renamed(drawn, name)
    for hop in range(1, len(history.hops) + 1):
        assert replay(history, hop, policy=POLICY, catalogue=CATALOGUE).identical


async def _kept(store: Store, history: History, name: str) -> History:
    history = _renamed(history, name)
    await store.create([history.run])
    for signal in history.signals:
        await store.signal(name, signal.name, signal.payload, at=signal.at)
    for control in history.controls:
        await store.control(name, control.kind, control.data, who=control.who, at=control.at)
    for hop in history.hops:
        async with store.locked(name) as locked:
            await locked.write(HopWrite(status="running", at=hop.decision.at, decision=hop.decision))
        for outcome in hop.outcomes.values():
            await store.record(outcome, at=hop.decision.at)
    kept = await store.history(name)
    assert kept is not None
    return kept


def _renamed(history: History, name: str) -> History:
    """The same history under another id, decided anew: ids are part of every record."""
    run = history.run.model_copy(update={"id": name})
    renamed = History(run, (), _signals(history, name), _renamed_controls(history, name))
    for hop in history.hops:
        decision = decide(
            replace(
                renamed,
                signals=renamed.signals[: hop.decision.signals_seen],
                controls=renamed.controls[: hop.decision.controls_seen],
            ),
            POLICY,
            CATALOGUE,
            previous=hop.decision.previous.model_copy(
                update={"cancelled": tuple(_step(step, name) for step in hop.decision.previous.cancelled)}
            ),
            now=hop.decision.at,
            seed=hop.decision.seed,
        )
        arrived = {
            _step(step, name): outcome.model_copy(update={"step": _step(step, name)})
            for step, outcome in hop.outcomes.items()
        }
        renamed = replace(renamed, hops=(*renamed.hops, Hop(decision, arrived)))
    return renamed


def _signals(history: History, name: str) -> tuple[Any, ...]:
    return tuple(signal.model_copy(update={"run": name}) for signal in history.signals)


def _renamed_controls(history: History, name: str) -> tuple[Control, ...]:
    return tuple(
        control.model_copy(
            update={
                "run": name,
                "data": control.data | ({"step": _step(control.data["step"], name)} if "step" in control.data else {}),
            }
        )
        for control in history.controls
    )


def _step(step: str, name: str) -> str:
    return f"{name}/{step.partition('/')[2]}"


CONFIDENT = route(["last.confidence"], ["agent", "action"], [[">= 0.9", "null", '"complete"'], ["-", '"ocr"', "null"]])


def _history(policy: PolicyVersion) -> History:
    return after(after(History(run()), policy, {"confidence": Decimal("0.8")}), policy)


def test_another_version_diverges_and_says_where() -> None:
    """The recorded hop beside the one decided now."""
    history = _history(version(CONFIDENT))
    again = replay(history, 2, policy=version(CONFIDENT.replace("0.9", "0.7"), number=2), catalogue=CATALOGUE)
    assert not again.identical
    assert not again.same_route
    shown = [str(difference) for difference in again.differences]
    assert "version: recorded 1, now 2" in shown
    assert 'plan.action: recorded "dispatch", now "complete"' in shown
    assert "rules[1].rule: recorded 2, now 1" in shown


def test_another_version_may_take_the_same_way() -> None:
    """Rules and reasons may differ, the route doesn't."""
    history = _history(version(CONFIDENT))
    again = replay(history, 2, policy=version(CONFIDENT.replace("0.9", "0.95"), number=2), catalogue=CATALOGUE)
    assert (again.identical, again.same_route) == (False, True)
    assert {difference.path for difference in again.differences} == {"version", "digest"}


def test_a_version_that_cannot_decide_is_shown_with_its_error() -> None:
    """The error is what would have happened."""
    history = _history(version(CONFIDENT))
    again = replay(history, 2, policy=version(CONFIDENT.replace('"ocr"', '"orc"')), catalogue=CATALOGUE)
    assert isinstance(again.now, RouteError)
    assert [str(each) for each in again.differences] == [
        'error: recorded null, now "unknown_agent: unknown agent `orc`; did you mean `ocr`?"'
    ]


def test_each_hop_is_replayed_with_the_version_that_decided_it() -> None:
    """Asked by its record."""
    one, two = version(CONFIDENT), version(CONFIDENT.replace("0.9", "0.7"), number=2)
    history = after(after(History(run()), one, {"confidence": Decimal("0.8")}), two)
    versions = {1: one, 2: two}
    for hop in (1, 2):
        assert replay(history, hop, policy=lambda record: versions[record.version], catalogue=CATALOGUE).identical


@pytest.mark.parametrize("hop", [0, 3, -1])
def test_an_unknown_hop_is_named(hop: int) -> None:
    """Hops count from 1."""
    with pytest.raises(OperatorError, match=f"run `r` has no hop {hop}; it has 2"):
        replay(_history(version(CONFIDENT)), hop, policy=version(CONFIDENT), catalogue=CATALOGUE)


def test_figures_are_replayed_from_the_record() -> None:
    """What the context held beyond the events is stored with the decision."""
    policy = version(
        route(["agents.ocr.in_flight"], ["agent", "action"], [["> 3", '"ask"', "null"], ["-", '"ocr"', "null"]])
    )
    busy = decided(policy, figures={"ocr": {"in_flight": 5}})
    assert (busy.plan.steps[0].agent, busy.figures) == ("ask", {"ocr": {"in_flight": 5}})
    assert replay(History(run()).with_decision(busy), 1, policy=policy, catalogue=CATALOGUE).identical


def test_signals_that_came_later_are_not_seen() -> None:
    """A decision sees what had arrived when it was taken."""
    policy = one_rule(action='"wait"', wait="1", reason='if signals.go = null then "quiet" else "go"')
    history = after(History(Run(id="r", policy="p", started=START)), policy)
    later_ = _signalled(history, later(9), "go", 1)
    assert replay(later_, 1, policy=policy, catalogue=CATALOGUE).identical
