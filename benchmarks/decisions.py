"""One decision at a time: plain dict in, plain value out."""

from __future__ import annotations

from benchmarks import graph, zen_engine
from benchmarks.measuring import Call, median_microseconds, ratio, show
from benchmarks.tables import Context, contexts, random_table, to_dmn, to_zen
from dmnroute.dmn import load

SIZES = (10, 100, 1_000, 10_000)
POLICIES = ("FIRST", "UNIQUE", "COLLECT")


def compare(ours: Call, theirs: Call, inputs: list[Context]) -> None:
    """Refuse to time engines that differ."""
    for context in inputs:
        mine, other = zen_engine.ours(ours(context)), zen_engine.comparable(theirs(context))
        if mine != other:
            raise SystemExit(f"different results for {context}: dmnroute {mine}, zen-engine {other}")


def measure(count: int) -> None:
    """Time every policy at every size, with and without trace."""
    rows, growth = [], {}
    for policy in POLICIES:
        for size in SIZES:
            table, inputs = random_table(size, policy), contexts(size, count)
            decision, theirs = load(to_dmn(table)).decision("Decide"), zen_engine.decision(to_zen(table))
            decision.value(inputs[0])  # from here on `value` is the compiled function
            compare(decision.value, theirs, inputs[:2_000])
            matched = sum(decision.value(context) is not None for context in inputs) / len(inputs)
            zen = median_microseconds(theirs, inputs)
            bare = median_microseconds(decision.value, inputs)
            traced = median_microseconds(decision.evaluate, inputs[:2_000])
            growth[policy, size] = bare
            rows.append((policy, size, f"{matched:.0%}", bare, zen, ratio(zen, bare), traced))
    head = ("policy", "rules", "matched", "dmnroute, µs", "zen-engine, µs", "zen / dmnroute", "with trace, µs")
    show("One decision: median over random contexts", head, rows)
    grown = [(policy, ratio(growth[policy, SIZES[-1]], growth[policy, SIZES[0]])) for policy in POLICIES]
    show("Growth from 10 to 10,000 rules", ("policy", "time × "), grown)


def measure_graph(count: int) -> None:
    """Time a decision that requires two others."""
    inputs = contexts(100, count)
    decision, theirs = load(graph.DMN).decision("Fee"), zen_engine.decision(graph.zen())
    decision.value(inputs[0])
    compare(decision.value, theirs, inputs[:2_000])
    zen, bare = median_microseconds(theirs, inputs), median_microseconds(decision.value, inputs)
    head = ("dmnroute, µs", "zen-engine, µs", "zen / dmnroute")
    show("A graph of three decisions", head, [(bare, zen, ratio(zen, bare))])
