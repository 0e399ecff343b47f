"""Contexts that are put together hop by hop are those that the router put together."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support.recorded_runs import record_runs

from dmnroute.backtest.contexts import KNOWN, Contexts
from dmnroute.routing.context import RoutingContext
from dmnroute.routing.explanation import recorded_context
from dmnroute.routing.history import History
from dmnroute.routing.ports.recorded import Window
from dmnroute.routing.ports.store import Store
from dmnroute.store.open import open_store

PATHS = tuple(
    (root, name) if names else (root,) for root, names in sorted(KNOWN.items()) for name in sorted(names or {""})
)


@pytest.mark.parametrize("url", ["memory:", "sqlite:///{folder}/runs.db"])
async def test_each_part_is_as_in_the_whole_context(url: str, tmp_path: Any) -> None:
    """Whatever a table may read of a plain run is the same, value and type."""
    store = await open_store(url.format(folder=tmp_path))
    await record_runs(store, 40)
    contexts = Contexts(PATHS)
    compared = 0
    for run in await store.recorded(Window("texts"), contexts.parts, limit=100):
        assert contexts.fit(run)
        history = await store.history(run.id)
        assert history is not None
        for hop, quick in zip(run.hops, contexts.of(run), strict=True):
            whole = recorded_context(history, hop.hop)
            assert quick == {root: _known(root, whole[root]) for root in KNOWN}
            compared += 1
    await store.close()
    assert compared > 100


MORE = (
    *PATHS,
    ("facts", "score"),
    ("facts", "kind"),
    ("steps", "read"),
    ("steps", "read", "output"),
    ("steps", "read", "output", "score"),
    ("steps", "judge", "output", "kind"),
    ("steps", "reread", "error", "kind"),
    ("steps", "reread", "confidence"),
    ("last", "outcomes", "output"),
    ("run",),
    ("last",),
    ("slo",),
)


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, asyncio.Runner, list[History]]]:
    """Runs in a database, and their histories."""
    folder = tmp_path_factory.mktemp("contexts")
    with asyncio.Runner() as runner:
        store = runner.run(open_store(f"sqlite:///{folder}/runs.db"))
        runner.run(record_runs(store, 30))
        states = runner.run(store.states(policy="texts", limit=100))
        histories = [runner.run(store.history(state.run.id)) for state in states]
        yield store, runner, [history for history in histories if history is not None]
        runner.run(store.close())


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(paths=st.sets(st.sampled_from(MORE), min_size=1, max_size=5))
def test_however_little_is_read_it_is_as_in_the_whole_context(
    recorded: tuple[Store, asyncio.Runner, list[History]], paths: set[tuple[str, ...]]
) -> None:
    """For any paths that tables may read together, alone or with others: nothing else is asked of the store."""
    store, runner, histories = recorded
    contexts = Contexts(tuple(sorted(paths)))
    runs = {run.id: run for run in runner.run(store.recorded(Window("texts"), contexts.parts, limit=100))}
    for history in histories:
        run = runs[history.run.id]
        for hop, quick in zip(run.hops, contexts.of(run), strict=True):
            whole = recorded_context(history, hop.hop)
            for path in paths:
                assert _at(quick, path) == _at(_as_known(path, whole), path)


def _at(context: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        context = context.get(name) if isinstance(context, dict) else None
    return context


def _as_known(path: tuple[str, ...], whole: dict[str, Any]) -> dict[str, Any]:
    return {path[0]: _known(path[0], whole[path[0]])}


def _known(root: str, whole: dict[str, Any]) -> dict[str, Any]:
    names = KNOWN[root]
    return whole if names is None else {name: whole[name] for name in names}


def test_what_is_known_is_part_of_the_routing_context() -> None:
    """No name here is one that the routing context doesn't have."""
    for root, names in KNOWN.items():
        assert root in RoutingContext.model_fields
        model = RoutingContext.model_fields[root].annotation
        assert (names or frozenset()) <= getattr(model, "model_fields", {}).keys()
