"""What changed between two versions of a decision table."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, TypeAlias

from dmnroute.dmn.changes import CellChange, ChangeKind, change, content

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dmnroute.dmn import model

Key: TypeAlias = "tuple[str, str]"
"""An id, which may be empty, and a text."""

Pairs: TypeAlias = "list[tuple[int, int]]"
"""Positions in the old and in the new table that belong together, in the new order."""


def table_changes(decision: str, old: model.DecisionTable, new: model.DecisionTable) -> Iterator[CellChange]:
    """The changes of a table: policy first, then columns, then rules from the top down."""
    before, after = _policy(old), _policy(new)
    if before != after:
        yield change(ChangeKind.HIT_POLICY, decision, column="hit policy", old=before, new=after)
    inputs = _pairs([_input_key(clause) for clause in old.inputs], [_input_key(clause) for clause in new.inputs])
    outputs = _pairs([_output_key(clause) for clause in old.outputs], [_output_key(clause) for clause in new.outputs])
    yield from _inputs(decision, old, new, inputs)
    yield from _outputs(decision, old, new, outputs)
    yield from _rules(decision, old, new, inputs, outputs)


def _policy(table: model.DecisionTable) -> str:
    return " ".join(filter(None, (table.hit_policy.value, table.aggregation and table.aggregation.value)))


def _input_key(clause: model.InputClause) -> Key:
    return clause.id, clause.input_expression.text


def _output_key(clause: model.OutputClause) -> Key:
    return clause.id, clause.name


def input_title(clause: model.InputClause) -> str:
    """How people call an input column."""
    return clause.label or clause.input_expression.text


def output_title(clause: model.OutputClause, number: int) -> str:
    """How people call an output column."""
    return clause.name or clause.label or f"output {number + 1}"


def _pairs(old: Sequence[Key], new: Sequence[Key]) -> Pairs:
    """Match by id; what has none by its text, and the rest of those by their order."""
    pairs: list[tuple[int, int]] = []
    for part in (0, 1):
        where = {key[part]: position for position, key in _left(old, pairs, 0, part) if key[part]}
        found = [(key[part], position) for position, key in _left(new, pairs, 1, part) if key[part] in where]
        pairs += [(where.pop(key), position) for key, position in found if key in where]
    rest = _left(old, pairs, 0, 1), _left(new, pairs, 1, 1)
    pairs += [(before, after) for (before, _), (after, _) in zip(*rest, strict=False)]
    return sorted(pairs, key=lambda pair: pair[1])


def _left(keys: Sequence[Key], pairs: Pairs, side: int, part: int) -> list[tuple[int, Key]]:
    """Those that aren't matched yet; matching by text or order is for what has no id."""
    taken = {pair[side] for pair in pairs}
    return [(n, key) for n, key in enumerate(keys) if n not in taken and (part == 0 or not key[0])]


def _inputs(decision: str, old: model.DecisionTable, new: model.DecisionTable, pairs: Pairs) -> Iterator[CellChange]:
    titles = [input_title(clause) for clause in old.inputs], [input_title(clause) for clause in new.inputs]
    yield from _columns(decision, "input", titles, pairs)
    for before, after in pairs:
        left, right = old.inputs[before], new.inputs[after]
        if left.input_expression.text != right.input_expression.text:
            was, now = left.input_expression.text, right.input_expression.text
            yield change(ChangeKind.COLUMN, decision, column=f"input {after + 1}", old=was, new=now)
        elif content(left) != content(right):
            yield change(ChangeKind.COLUMN, decision, "column changed", column=titles[1][after])


def _outputs(decision: str, old: model.DecisionTable, new: model.DecisionTable, pairs: Pairs) -> Iterator[CellChange]:
    titles = (
        [output_title(clause, number) for number, clause in enumerate(old.outputs)],
        [output_title(clause, number) for number, clause in enumerate(new.outputs)],
    )
    yield from _columns(decision, "output", titles, pairs)
    for before, after in pairs:
        left, right = old.outputs[before], new.outputs[after]
        if left.name != right.name:
            yield change(ChangeKind.COLUMN, decision, column=f"output {after + 1}", old=left.name, new=right.name)
        elif content(left) != content(right):
            yield change(ChangeKind.COLUMN, decision, "column changed", column=titles[1][after])


def _columns(decision: str, kind: str, titles: tuple[list[str], list[str]], pairs: Pairs) -> Iterator[CellChange]:
    kept_old, kept_new = {pair[0] for pair in pairs}, {pair[1] for pair in pairs}
    for position, title in enumerate(titles[1]):
        if position not in kept_new:
            yield change(ChangeKind.COLUMN_ADDED, decision, f"{kind} column `{title}` added", new=title)
    for position, title in enumerate(titles[0]):
        if position not in kept_old:
            yield change(ChangeKind.COLUMN_REMOVED, decision, f"{kind} column `{title}` removed", old=title)


def _rules(
    decision: str, old: model.DecisionTable, new: model.DecisionTable, inputs: Pairs, outputs: Pairs
) -> Iterator[CellChange]:
    pairs = _pairs(
        [(rule.id, rule_text(rule)) for rule in old.rules], [(rule.id, rule_text(rule)) for rule in new.rules]
    )
    before_of = {after: before for before, after in pairs}
    moved = _moved(pairs)
    for after, rule in enumerate(new.rules):
        if after not in before_of:
            yield change(ChangeKind.RULE_ADDED, decision, f"added: {rule_text(rule)}", rule=after + 1)
            continue
        before = before_of[after]
        if after in moved:
            what = f"moved, was rule {before + 1}"
            yield change(ChangeKind.RULE_MOVED, decision, what, rule=after + 1, old=str(before + 1), new=str(after + 1))
        yield from _cells(decision, old, new, (before, after), (inputs, outputs))
    kept = {before for before, _ in pairs}
    for before, rule in enumerate(old.rules):
        if before not in kept:
            yield change(ChangeKind.RULE_REMOVED, decision, f"removed: {rule_text(rule)}", rule=before + 1)


def _moved(pairs: Pairs) -> set[int]:
    """The new positions of the fewest rules that must have been moved: all outside the longest rising run."""
    tails: list[int] = []
    at: list[int] = []
    previous: list[int] = []
    for index, (before, _) in enumerate(pairs):
        length = bisect_left(tails, before)
        previous.append(at[length - 1] if length else -1)
        tails[length : length + 1] = [before]
        at[length : length + 1] = [index]
    kept, index = set(), at[-1] if at else -1
    while index >= 0:
        kept.add(pairs[index][1])
        index = previous[index]
    return {after for _, after in pairs} - kept


def _cells(
    decision: str,
    old: model.DecisionTable,
    new: model.DecisionTable,
    rules: tuple[int, int],
    columns: tuple[Pairs, Pairs],
) -> Iterator[CellChange]:
    left, right = old.rules[rules[0]], new.rules[rules[1]]
    number = rules[1] + 1
    for before, after in columns[0]:
        texts = left.input_entries[before].text, right.input_entries[after].text
        if texts[0] != texts[1]:
            title = input_title(new.inputs[after])
            yield change(ChangeKind.CELL, decision, rule=number, column=title, old=texts[0], new=texts[1])
    for before, after in columns[1]:
        texts = left.output_entries[before].text, right.output_entries[after].text
        if texts[0] != texts[1]:
            title = output_title(new.outputs[after], after)
            yield change(ChangeKind.CELL, decision, rule=number, column=title, old=texts[0], new=texts[1])
    notes = "; ".join((left.description, *left.annotations)), "; ".join((right.description, *right.annotations))
    if notes[0] != notes[1]:
        old_note, new_note = notes[0].strip("; "), notes[1].strip("; ")
        yield change(ChangeKind.NOTE, decision, rule=number, column="note", old=old_note, new=new_note)


def rule_text(rule: model.DecisionRule) -> str:
    """A rule in one line: its conditions, an arrow, its results."""
    conditions = ", ".join(entry.text or "-" for entry in rule.input_entries)
    results = ", ".join(entry.text or "empty" for entry in rule.output_entries)
    return f"{conditions} → {results}"
