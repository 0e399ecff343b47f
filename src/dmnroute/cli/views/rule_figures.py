"""What rules have done."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from dmnroute.backtest.rule_figures import FiguresOfRules, RuleFigures
from dmnroute.cli.views.backtests import columns, window_text
from dmnroute.cli.views.figures import count, minute


def figures_text(found: FiguresOfRules) -> str:
    """For people: a line for each rule, then the dead ones."""
    return "\n".join(_lines(found))


def _lines(found: FiguresOfRules) -> Iterator[str]:
    decisions, runs = count(found.decisions, "decision"), count(found.runs, "run")
    yield f"{found.policy}: {decisions} of {runs}{window_text(found.window)}"
    head = ("", "hits", "runs", "ended", "USD", "confidence", "last")
    yield from columns([head, *map(_row, found.rules)])
    if found.gone:
        yield f"{count(found.gone, 'hit')} of rules that the table doesn't have any more"
    dead = [_name(rule) for rule in found.rules if rule.is_dead]
    yield f"never matched: {'; '.join(dead)}" if dead else "every rule matched"


def _row(rule: RuleFigures) -> tuple[str, ...]:
    return (
        _name(rule),
        str(rule.hits),
        str(rule.runs),
        ", ".join(f"{runs} {status}" for status, runs in rule.ends.items()) or "-",
        f"{rule.cost.normalize():f}",
        "-" if rule.confidence is None else f"{rule.confidence:.2f}",
        "-" if rule.last is None else minute(rule.last),
    )


def _name(rule: RuleFigures) -> str:
    return f"{rule.decision} {rule.rule}{f': {rule.annotation}' if rule.annotation else ''}"


def figures_document(found: FiguresOfRules) -> dict[str, Any]:
    """For programs."""
    document = asdict(found)
    for each, rule in zip(document["rules"], found.rules, strict=True):
        each["dead"] = rule.is_dead
    return document
