"""Contexts that are put together hop by hop are those that the router put together."""

from __future__ import annotations

from typing import Any

import pytest
from tests.support.recorded_runs import record_runs

from dmnroute.backtest.contexts import KNOWN, Contexts
from dmnroute.routing.context import RoutingContext
from dmnroute.routing.explanation import recorded_context
from dmnroute.routing.ports.recorded import Window
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


def _known(root: str, whole: dict[str, Any]) -> dict[str, Any]:
    names = KNOWN[root]
    return whole if names is None else {name: whole[name] for name in names}


def test_what_is_known_is_part_of_the_routing_context() -> None:
    """No name here is one that the routing context doesn't have."""
    for root, names in KNOWN.items():
        assert root in RoutingContext.model_fields
        model = RoutingContext.model_fields[root].annotation
        assert (names or frozenset()) <= getattr(model, "model_fields", {}).keys()
