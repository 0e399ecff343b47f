"""What a decision answered, and why."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dmnroute.cli.errors import place_document
from dmnroute.cli.streams import json_text
from dmnroute.cli.views.figures import indented, value
from dmnroute.dmn import Explanation, MatchedRule, Notice, Result
from dmnroute.dmn.explain import CellExplanation
from dmnroute.feel.values import from_python, to_json

MARKS = {True: "✓", False: "✗", None: "?"}


def as_text(result: Result, explanation: Explanation | None = None) -> str:
    """The value, then everything that made it."""
    parts = [json_text(shown_value(result.value), indent=2), *_about(result)]
    for required in result.required.values():
        parts += ["", f"{required.decision} = {value(shown_value(required.value))}", *_about(required)]
    if result.notices:
        parts += ["", "nulls", *(indented(str(notice)) for notice in _once(result))]
    if explanation is not None:
        parts += ["", *_matrix(explanation)]
    return "\n".join(parts)


def _about(result: Result) -> Iterator[str]:
    for rule in result.matched:
        note = _annotation(rule)
        yield f"  rule {rule.index} ({note})" if note else f"  rule {rule.index}"
    if result.hit_policy and not result.matched:
        yield "  no rule matched"
    for seen in result.inputs:
        yield f"  {seen.label or seen.text} is {value(shown_value(seen.value))}"


def _annotation(rule: MatchedRule) -> str:
    return next((note for note in rule.annotations if note), rule.description)


def _matrix(explanation: Explanation) -> Iterator[str]:
    yield str(explanation)
    for rule in explanation.rules:
        yield f"rule {rule.index}"
        yield from (f"  {MARKS[cell.met]} {cell.label or cell.column}: {cell.text or '-'}" for cell in rule.cells)


def as_document(result: Result, explanation: Explanation | None = None) -> dict[str, Any]:
    """The same, as JSON."""
    document = {
        **result_document(result),
        "required": {name: result_document(required) for name, required in result.required.items()},
        "notices": [_notice_document(notice) for notice in _once(result)],
    }
    if explanation is not None:
        document["explanation"] = [
            {"rule": rule.index, "id": rule.id, "cells": [_cell_document(cell) for cell in rule.cells]}
            for rule in explanation.rules
        ]
    return document


def result_document(result: Result) -> dict[str, Any]:
    """A decision with what it answered, and why, as JSON."""
    return {
        "decision": result.decision,
        "value": shown_value(result.value),
        "matched": [
            {
                "rule": rule.index,
                "id": rule.id,
                "annotation": _annotation(rule),
                "outputs": {name: shown_value(output) for name, output in rule.outputs.items()},
            }
            for rule in result.matched
        ],
        "inputs": [
            {"label": seen.label, "text": seen.text, "value": shown_value(seen.value)} for seen in result.inputs
        ],
    }


def _cell_document(cell: CellExplanation) -> dict[str, Any]:
    return {
        "column": cell.column,
        "label": cell.label,
        "text": cell.text,
        "value": shown_value(cell.value),
        "met": cell.met,
    }


def _notice_document(notice: Notice) -> dict[str, Any]:
    return {"kind": notice.kind, "message": notice.message, "place": place_document(notice.place)}


def _once(result: Result) -> list[Notice]:
    """Each notice once: a cell that several rules need says the same each time."""
    return list({str(notice): notice for notice in result.notices}.values())


def shown_value(what: object) -> Any:
    """A FEEL value as JSON shows it."""
    return to_json(from_python(what))
