"""What rules have done, against a count over whole histories."""

from __future__ import annotations

from collections import Counter, defaultdict
from decimal import Decimal

from tests.support.recorded_runs import policy, record_runs

from dmnroute.backtest.rule_figures import rule_figures
from dmnroute.dmn import load
from dmnroute.routing.ports.recorded import Window
from dmnroute.routing.records.step import PEOPLE
from dmnroute.store.open import open_store


async def test_figures_are_those_of_the_histories() -> None:
    """Hits, runs, ends, cost and confidence of each rule, in the tables' order."""
    store = await open_store("memory:")
    await record_runs(store, 60, steered=7)
    found = await rule_figures(store, policy(), Window("texts"))
    hits: Counter[tuple[str, int]] = Counter()
    ends: defaultdict[tuple[str, int], Counter[str]] = defaultdict(Counter)
    cost: defaultdict[tuple[str, int], Decimal] = defaultdict(Decimal)
    sure: defaultdict[tuple[str, int], list[Decimal]] = defaultdict(list)
    for state in await store.states():
        history = await store.history(state.run.id)
        assert history is not None
        rules: set[tuple[str, int]] = set()
        for hop in history.hops:
            people = {step.id for step in hop.decision.plan.steps if step.type == PEOPLE}
            matched = {(hit.decision, hit.rule) for hit in hop.decision.rules}
            hits.update(matched)
            rules |= matched
            for rule in matched:
                cost[rule] += sum((each.cost or 0 for each in hop.outcomes.values()), Decimal(0))
                ok = [each for each in hop.outcomes.values() if each.status == "ok" and each.step not in people]
                sure[rule] += [each.confidence for each in ok if each.confidence is not None]
        for rule in rules:
            ends[rule][state.status] += 1
    assert found.runs == 60
    assert found.gone == 0
    for each in found.rules:
        key = each.decision, each.rule
        assert (each.hits, each.ends, each.cost) == (hits[key], ends[key], cost[key]), key
        assert each.runs == sum(ends[key].values())
        mean = sum(sure[key]) / len(sure[key]) if sure[key] else None
        assert each.confidence == mean, key
    assert {each.decision for each in found.rules} == {"Grade", "Route"}


async def test_rules_of_before_are_told_apart() -> None:
    """A rule keeps its figures under its id; hits of one that is gone are counted apart, and a new one is dead."""
    store = await open_store("memory:")
    await record_runs(store, 20)
    before = {each.id: each.hits for each in (await rule_figures(store, policy(), Window("texts"))).rules}
    changed = load(policy().source.replace(b"Route_rule3", b"brand_new"))
    found = await rule_figures(store, changed, Window("texts"))
    after = {each.id: each for each in found.rules}
    assert after["brand_new"].is_dead
    assert found.gone == before["Route_rule3"]
    assert all(after[rule].hits == hits for rule, hits in before.items() if rule != "Route_rule3")
