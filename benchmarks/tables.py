"""Tables and contexts to measure with: drawn from a seed, the same for every engine."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import isqrt, sqrt
from xml.sax.saxutils import escape

MOST_REGIONS = 50
MATCHES = 2
"""How many rules of a random table a context matches on average, where so many can."""
CHANNELS = [f"channel{number}" for number in range(12)]
INPUTS = ("region", "amount", "score", "age", "channel")
OUTPUTS = ("queue", "level", "fee")
TYPES = ("string", "number", "number", "number", "string")

Context = dict[str, object]


@dataclass(frozen=True, slots=True)
class Table:
    """Rules of five input cells and three output cells, in syntax that FEEL and other languages share."""

    policy: str
    rules: tuple[tuple[str, ...], ...]
    inputs: tuple[str, ...] = INPUTS
    outputs: tuple[str, ...] = OUTPUTS
    types: tuple[str, ...] = TYPES


def regions(rules: int) -> list[str]:
    """The values of the string column."""
    return [f"region{number}" for number in range(min(MOST_REGIONS, isqrt(rules)))]


def random_table(rules: int, policy: str, *, seed: int = 1) -> Table:
    """A string, three intervals or comparisons of numbers, and a set of strings.

    One cell in ten is irrelevant, of the first column one in fifty. Intervals are the narrower the more rules there
    are, as in tables that people write. For UNIQUE the rules of one region take consecutive slices of `amount`, so no
    two match.
    """
    draw = random.Random(f"{seed} {rules} {policy}")
    made = _unique_rules(draw, rules) if policy == "UNIQUE" else _overlapping_rules(draw, rules)
    return Table(policy, tuple(made))


def _overlapping_rules(draw: random.Random, rules: int) -> list[tuple[str, ...]]:
    names = regions(rules)
    others = (0.02 + 0.98 / len(names)) * (0.1 + 0.9 / 2) * (0.1 + 0.9 * 3 / len(CHANNELS))
    width = min(1.0, max(0.05, (sqrt(MATCHES / (rules * others)) - 0.1) / 0.9 * 2))
    return [_rule(draw, names, width) for _ in range(rules)]


def _rule(draw: random.Random, names: list[str], width: float) -> tuple[str, ...]:
    key = "-" if draw.random() < 0.02 else f'"{draw.choice(names)}"'
    cells = [_interval(draw, 10_000, width), _comparison(draw, 1.0), _interval(draw, 100, width), _strings(draw)]
    return (key, *("-" if draw.random() < 0.1 else cell for cell in cells), *_outputs(draw))


def _unique_rules(draw: random.Random, rules: int) -> list[tuple[str, ...]]:
    names = regions(rules)
    made = []
    for number, name in enumerate(names):
        count = len(range(number, rules, len(names)))
        edges = [0, *sorted(draw.sample(range(1, 10_000), count - 1)), 10_000]
        for low, high in pairwise(edges):
            cells = (_comparison(draw, 0.3), _interval(draw, 100, 0.9), _strings(draw))
            others = tuple("-" if draw.random() < 0.5 else cell for cell in cells)
            made.append((f'"{name}"', f"[{low}..{high})", *others, *_outputs(draw)))
    draw.shuffle(made)
    return made


def _interval(draw: random.Random, top: int, width: float) -> str:
    low = draw.randrange(int(top * (1 - width / 2)))
    return f"[{low}..{low + max(1, int(top * width * draw.random()))})"


def _comparison(draw: random.Random, width: float) -> str:
    bound = round(draw.random() * width, 2)
    return f">= {bound}" if draw.random() < 0.5 or width < 1 else f"< {bound}"


def _strings(draw: random.Random) -> str:
    return ", ".join(f'"{name}"' for name in draw.sample(CHANNELS, 3))


def _outputs(draw: random.Random) -> tuple[str, ...]:
    return f'"queue{draw.randrange(20)}"', str(draw.randrange(1, 6)), str(round(draw.random() * 50, 2))


def contexts(rules: int, count: int = 10_000, *, seed: int = 2) -> list[Context]:
    """Random inputs for a table of so many rules."""
    draw = random.Random(f"{seed} {rules}")
    names = regions(rules)
    return [
        {
            "region": draw.choice(names),
            "amount": round(draw.random() * 10_000, 2),
            "score": round(draw.random(), 3),
            "age": draw.randrange(100),
            "channel": draw.choice(CHANNELS),
        }
        for _ in range(count)
    ]


def to_dmn(table: Table, name: str = "Decide") -> str:
    """The table as a DMN file with one decision."""
    head = '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="m" name="m" namespace="m">'
    return f"{head}{to_dmn_decision(table, name)}</definitions>"


def to_dmn_decision(table: Table, name: str, *, requires: Sequence[str] = ()) -> str:
    """The table as a decision that requires others by name."""
    needs = "".join(
        f'<informationRequirement><requiredDecision href="#{each}"/></informationRequirement>' for each in requires
    )
    columns = "".join(
        f'<input><inputExpression typeRef="{kind}"><text>{text}</text></inputExpression></input>'
        for text, kind in zip(table.inputs, table.types, strict=True)
    )
    columns += "".join(f'<output name="{output}"/>' for output in table.outputs)
    rules = "".join(_dmn_rule(number, rule, len(table.inputs)) for number, rule in enumerate(table.rules, start=1))
    return (
        f'<decision id="{name}" name="{name}">{needs}'
        f'<decisionTable hitPolicy="{table.policy}">{columns}{rules}</decisionTable></decision>'
    )


def _dmn_rule(number: int, rule: Sequence[str], inputs: int) -> str:
    entries = "".join(f"<inputEntry><text>{escape(cell)}</text></inputEntry>" for cell in rule[:inputs])
    results = "".join(f"<outputEntry><text>{escape(cell)}</text></outputEntry>" for cell in rule[inputs:])
    return f'<rule id="r{number}">{entries}{results}</rule>'


def to_zen(table: Table) -> dict[str, object]:
    """The table as a model of zen-engine. It has no UNIQUE: where no two rules match, the first is the only one."""
    nodes = [
        {"id": "in", "name": "in", "type": "inputNode"},
        to_zen_node(table, "table"),
        {"id": "out", "name": "out", "type": "outputNode"},
    ]
    edges = [
        {"id": "e1", "type": "edge", "sourceId": "in", "targetId": "table"},
        {"id": "e2", "type": "edge", "sourceId": "table", "targetId": "out"},
    ]
    return {"contentType": "application/vnd.gorules.decision", "nodes": nodes, "edges": edges}


def to_zen_node(table: Table, name: str) -> dict[str, object]:
    """The table as a node of a graph."""
    inputs = [{"id": f"i{n}", "name": field, "field": field} for n, field in enumerate(table.inputs)]
    outputs = [{"id": f"o{n}", "name": field, "field": field} for n, field in enumerate(table.outputs)]
    ids = [column["id"] for column in (*inputs, *outputs)]
    rules = [
        {"_id": f"r{number}", **{key: "" if cell == "-" else cell for key, cell in zip(ids, rule, strict=True)}}
        for number, rule in enumerate(table.rules)
    ]
    content = {
        "hitPolicy": "collect" if table.policy == "COLLECT" else "first",
        "inputs": inputs,
        "outputs": outputs,
        "rules": rules,
    }
    return {"id": name, "name": name, "type": "decisionTableNode", "content": content}
