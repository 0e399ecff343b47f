"""A hop explained: which rules made it, which missed by a single cell, which inputs were null and why."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dmnroute.cli.views.evaluation import MARKS, result_document, shown_value
from dmnroute.cli.views.figures import clock_time, count, indented, value
from dmnroute.cli.views.hops import following, what
from dmnroute.cli.views.versions import shadow_line
from dmnroute.dmn import MatchedRule
from dmnroute.dmn.explain import CellExplanation, RuleExplanation
from dmnroute.routing.explanation import DecisionExplanation, HopExplanation
from dmnroute.routing.records.hop import DecisionRecord


def explanation_text(hop: HopExplanation, *, whole: bool = False) -> str:
    """The text for people; `whole` shows every rule's cells."""
    decision = hop.decision
    head = [
        f"hop {decision.hop} of {decision.run}, {clock_time(decision.at)}: {what(decision.plan)}",
        f"decided by {decision.policy} version {decision.version} ({decision.digest})",
    ]
    how = how_decided(decision)
    if how:
        head.append(how)
    if hop.shadow is not None:
        head.append(shadow_line(hop.shadow))
    parts = [line for each in hop.decisions for line in ("", *_decision(each, whole=whole))]
    notices = hop.decisions[0].result.notices if hop.decisions else ()
    nulls = list(dict.fromkeys(map(str, notices)))
    if nulls:
        parts += ["", "nulls", *(indented(text) for text in nulls)]
    return "\n".join([*head, *parts])


def how_decided(decision: DecisionRecord) -> str:
    """What tables don't say of a hop: who or what was in their place, or the reason that they gave."""
    reason = decision.plan.reason
    if decision.limit is not None:
        return f"the limit `{decision.limit}` overrode the tables: {reason}"
    if decision.stage is not None:
        because = f": {reason}" if reason else ""
        return f"the tables weren't asked: {following(decision, decision.stage)}{because}"
    if decision.forced is not None:
        return f"the tables weren't asked: {reason}"
    return f"reason: {reason}" if reason else ""


def _decision(each: DecisionExplanation, *, whole: bool) -> Iterator[str]:
    result = each.result
    policy = f" ({result.hit_policy})" if result.hit_policy else ""
    yield f"{result.decision}{policy} = {value(shown_value(result.value))}"
    for seen in result.inputs:
        yield f"  {seen.label} is {value(shown_value(seen.value))}"
    for reason in each.nulls:
        yield f"  {reason}"
    outputs = {rule.index: rule for rule in result.matched}
    for rule in each.table.rules:
        if rule.index in each.taken or whole:
            yield from _rule(rule, outputs.get(rule.index))
    if not whole:
        yield from _others(each)


def _rule(rule: RuleExplanation, taken: MatchedRule | None) -> Iterator[str]:
    note = _note(taken) if taken else ""
    mark = MARKS[not rule.unmet]
    yield f"  {mark} rule {rule.index}" + (f" ({note})" if note else "")
    yield from (f"      {MARKS[cell.met]} {cell.label}: {cell.text or '-'}" for cell in rule.cells)
    if taken is not None:
        given = {name: output for name, output in taken.outputs.items() if output is not None}
        yield f"      → {', '.join(f'{name} {value(shown_value(output))}' for name, output in given.items())}"


def _note(rule: MatchedRule) -> str:
    return next((note for note in rule.annotations if note), rule.description)


def _others(each: DecisionExplanation) -> Iterator[str]:
    """Rules that weren't taken: those that were met too, those that missed one cell, and how many there are more."""
    for rule in each.passed_over:
        yield f"  ✓ rule {rule.index} is met as well; {each.result.hit_policy} leaves it aside"
    for rule in each.near_misses:
        yield f"  ✗ rule {rule.index} missed only {_missed(rule.unmet[0])}"
    rest = len(each.table.rules) - len(each.taken) - len(each.passed_over) - len(each.near_misses)
    if rest:
        yield f"  {count(rest, 'more rule')} didn't match; --all shows every cell"


def _missed(cell: CellExplanation) -> str:
    return f"`{cell.label}` `{cell.text}`: it is {value(shown_value(cell.value))}"


def explanation_document(hop: HopExplanation) -> dict[str, Any]:
    """The same, as JSON, with every rule."""
    decision = hop.decision
    return {
        "run": decision.run,
        "hop": decision.hop,
        "at": decision.at,
        "policy": decision.policy,
        "version": decision.version,
        "digest": decision.digest,
        "action": decision.plan.action,
        "agents": [step.agent for step in decision.plan.steps],
        "reason": decision.plan.reason,
        "limit": decision.limit,
        "stage": decision.stage,
        "forced": decision.forced is not None,
        "decisions": [_decision_document(each) for each in hop.decisions],
        "notices": list(dict.fromkeys(map(str, hop.decisions[0].result.notices))) if hop.decisions else [],
        "shadow": None if hop.shadow is None else hop.shadow.model_dump(),
        "context": hop.context,
    }


def _decision_document(each: DecisionExplanation) -> dict[str, Any]:
    return {
        **result_document(each.result),
        "hit_policy": each.result.hit_policy or None,
        "nulls": list(each.nulls),
        "near_misses": [rule.index for rule in each.near_misses],
        "rules": [
            {
                "rule": rule.index,
                "id": rule.id,
                "taken": rule.index in each.taken,
                "cells": [
                    {
                        "column": cell.column,
                        "label": cell.label,
                        "text": cell.text,
                        "value": shown_value(cell.value),
                        "met": cell.met,
                    }
                    for cell in rule.cells
                ],
            }
            for rule in each.table.rules
        ],
    }
