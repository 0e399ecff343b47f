"""One decision at a time: plain dict in, plain value out."""

from __future__ import annotations

from functools import partial

from benchmarks import camunda, graph, spiff, zen_engine
from benchmarks.comparing import compare
from benchmarks.measuring import Call, in_turns, median_microseconds, ratio, show
from benchmarks.tables import Context, contexts, random_table, to_dmn, to_zen
from benchmarks.targets import Target
from dmnroute.dmn import Decision, load

SIZES = (10, 100, 1_000, 10_000)
POLICIES = ("FIRST", "UNIQUE", "COLLECT")
GOALS = {10: 5, 100: 5, 1_000: 5, 10_000: 12}
"""How many times longer zen-engine should take, by the number of rules."""
COMPARED = 2_000
SLOW = 20_000
"""Engines that look at every rule get so many rules to look at, and at least five contexts."""


def measure(count: int) -> list[Target]:
    """Time every policy at every size, with and without trace."""
    rows: list[tuple[object, ...]] = []
    growth: dict[tuple[str, int], float] = {}
    targets = []
    for policy in POLICIES:
        for size in SIZES:
            table, inputs = random_table(size, policy), contexts(size, count)
            decision, theirs = load(to_dmn(table)).decision("Decide"), zen_engine.decision(to_zen(table))
            _compare(decision, theirs, inputs)
            matched = sum(decision.value(context) is not None for context in inputs) / len(inputs)
            zen, bare, traced = in_turns(
                [
                    partial(median_microseconds, theirs, inputs),
                    partial(median_microseconds, decision.value, inputs),
                    partial(median_microseconds, decision.evaluate, inputs[:COMPARED]),
                ]
            )
            growth[policy, size] = bare
            rows.append((policy, size, f"{matched:.0%}", bare, zen, ratio(zen, bare), traced))
            targets.append(Target(f"{policy}, {size:,} rules: zen-engine takes", zen / bare, GOALS[size], "×"))
            targets.append(Target(f"{policy}, {size:,} rules, with trace", traced / zen, 1, "of zen-engine", True))
    head = ("policy", "rules", "matched", "dmnroute, µs", "zen-engine, µs", "zen / dmnroute", "with trace, µs")
    show("One decision: median over random contexts", head, rows)
    grown = {policy: growth[policy, SIZES[-1]] / growth[policy, SIZES[0]] for policy in POLICIES}
    show("Growth from 10 to 10,000 rules", ("policy", "time × "), [(name, f"{by:.1f} ×") for name, by in grown.items()])
    targets += [Target(f"{policy}, growth from 10 to 10,000 rules", by, 6, "×", True) for policy, by in grown.items()]
    return targets


def _compare(decision: Decision, theirs: Call, inputs: list[Context]) -> None:
    """Both have to say the same. From the first call on `decision.value` is the compiled function."""
    some = inputs[:COMPARED]
    compare("zen-engine", some, map(decision.value, some), (theirs(each)["result"] for each in some))  # type: ignore[index]


def measure_others(count: int) -> list[Target]:
    """Time FIRST against engines that look at every rule: SpiffWorkflow, and Camunda's own."""
    rows = []
    for size in SIZES:
        table, inputs = random_table(size, "FIRST"), contexts(size, count)
        decision, python = load(to_dmn(table)).decision("Decide"), spiff.decision(table)
        few = inputs[: max(5, SLOW // size)]
        values = [decision.value(context) for context in few]
        compare("SpiffWorkflow", few, values, map(python, few))
        jvm = camunda.decision(to_dmn(table), "Decide", few)
        if jvm is not None:
            compare(camunda.NAME, few, values, jvm.values)
        bare, slow = in_turns(
            [partial(median_microseconds, decision.value, inputs), partial(median_microseconds, python, few, warm=5)]
        )
        scala = ("not measured", "") if jvm is None else (jvm.microseconds, ratio(jvm.microseconds, bare))
        rows.append((size, bare, *scala, slow, ratio(slow, bare)))
    head = ("rules", "dmnroute, µs", f"{camunda.NAME}, µs", "÷ dmnroute", "SpiffWorkflow, µs", "÷ dmnroute")
    show("Engines that look at every rule: FIRST", head, rows)
    return []


def measure_graph(count: int) -> list[Target]:
    """Time a decision that requires two others."""
    inputs = contexts(100, count)
    decision, theirs = load(graph.DMN).decision("Fee"), zen_engine.decision(graph.zen())
    _compare(decision, theirs, inputs)
    bare, zen = in_turns(
        [partial(median_microseconds, decision.value, inputs), partial(median_microseconds, theirs, inputs)]
    )
    head = ("dmnroute, µs", "zen-engine, µs", "zen / dmnroute")
    show("A graph of three decisions", head, [(bare, zen, ratio(zen, bare))])
    return [Target("a graph of three decisions: zen-engine takes", zen / bare, 5, "×")]
