"""What both engines are asked: expressions, input entries, decision tables."""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import escape

from hypothesis import strategies as st
from tests.differential.strategies import INPUTS, cells, contexts, expressions, leaves

# Questions: one text with several contexts, as it is the texts that take time to draw

Questions = list[dict[str, Any]]


@st.composite
def expression_questions(draw: st.DrawFn) -> Questions:
    """An expression, and what it is evaluated with."""
    text = draw(expressions())
    given = draw(st.lists(contexts, min_size=1, max_size=8))
    return [{"kind": "expression", "text": text, "context": context} for context in given]


@st.composite
def unary_questions(draw: st.DrawFn) -> Questions:
    """An input entry, inputs of the same kind or (one in eight) of another, and contexts."""
    kind = draw(st.sampled_from(tuple(INPUTS)))
    text = draw(cells(kind))
    given = [draw(INPUTS[kind if draw(st.integers(0, 7)) else "number"]) for _ in range(draw(st.integers(1, 10)))]
    return [{"kind": "unary", "text": text, "input": each, "context": draw(contexts)} for each in given]


POLICIES = ("UNIQUE", "FIRST", "ANY", "RULE ORDER", "COLLECT", "PRIORITY", "OUTPUT ORDER")
COLUMNS = {"n": "number", "m": "number", "s": "string", "p": "boolean", "r.a": "number", "m + 1": "number"}


@st.composite
def table_questions(draw: st.DrawFn) -> Questions:
    """A decision table of one to three inputs and one or two outputs, after another decision that it may require."""
    inputs = draw(st.lists(st.sampled_from(tuple(COLUMNS)), min_size=1, max_size=3, unique=True))
    policy = draw(st.sampled_from(POLICIES))
    aggregation = draw(st.sampled_from(["", "SUM", "MIN", "MAX", "COUNT"])) if policy == "COLLECT" else ""
    outputs = ["x"] if aggregation else draw(st.sampled_from([["x"], ["x", "y"]]))
    texts = st.sampled_from(['"a"', '"b"', '"c"', "1"])
    output = leaves("number") if aggregation else st.one_of(texts, texts, st.sampled_from(["s", "p", "null", "[1]"]))
    row = st.tuples(*(cells(COLUMNS[column]) for column in inputs), *(output for _ in outputs))
    rows = draw(st.lists(row, min_size=1, max_size=6))
    text = _file(inputs, outputs, rows, policy, aggregation, draw(st.sampled_from(["", "", '"none"', "0"])))
    given = draw(st.lists(contexts, min_size=1, max_size=10))
    return [{"kind": "table", "text": text, "decision": "route", "context": context} for context in given]


def _file(
    inputs: list[str], outputs: list[str], rows: list[tuple[str, ...]], policy: str, aggregation: str, default: str
) -> str:
    columns = "".join(
        f'<input id="i{n}"><inputExpression id="e{n}">{_text(column)}</inputExpression></input>'
        for n, column in enumerate(inputs)
    )
    listed = f"<outputValues>{_text(_PRIORITIES)}</outputValues>" if policy in ("PRIORITY", "OUTPUT ORDER") else ""
    otherwise = f"<defaultOutputEntry>{_text(default)}</defaultOutputEntry>" if default else ""
    columns += "".join(
        f'<output id="o{n}" name="{name}">{listed}{otherwise}</output>' for n, name in enumerate(outputs)
    )
    rules = "".join(
        f'<rule id="r{n}">'
        + "".join(f"<inputEntry>{_text(cell)}</inputEntry>" for cell in row[: len(inputs)])
        + "".join(f"<outputEntry>{_text(cell)}</outputEntry>" for cell in row[len(inputs) :])
        + "</rule>"
        for n, row in enumerate(rows)
    )
    collected = f' aggregation="{aggregation}"' if aggregation else ""
    return (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="m" name="m" namespace="m">'
        f'<decision id="route" name="Route"><decisionTable id="t" hitPolicy="{policy}"{collected}>'
        f"{columns}{rules}</decisionTable></decision></definitions>"
    )


_PRIORITIES = '"c", "b", "a", 1'


def _text(text: str) -> str:
    return f"<text>{escape(text)}</text>"


QUESTIONS: dict[str, st.SearchStrategy[Questions]] = {
    "expression": expression_questions(),
    "unary": unary_questions(),
    "table": table_questions(),
}
