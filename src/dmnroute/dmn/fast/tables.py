"""The step of one table in a program: read the values, look the rules up, make the table's value of them."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Protocol

from dmnroute.dmn.fast import code
from dmnroute.dmn.fast.lookup import Lookup
from dmnroute.dmn.fast.outputs import Answers, plain_values
from dmnroute.dmn.fast.plan import FromExpression, FromInput, NotPlain
from dmnroute.dmn.fast.traced import Tracer
from dmnroute.dmn.fast.values import Doubt, Hold, is_open, is_unchanged, keeps, plainly
from dmnroute.dmn.hit_policies.base import Hits
from dmnroute.dmn.matcher import IndexMatcher
from dmnroute.dmn.model import HitPolicyName
from dmnroute.feel.values import from_python

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dmnroute.dmn.fast.plan import Source, Step
    from dmnroute.dmn.hit_policies.base import Row
    from dmnroute.dmn.table import TableLogic
    from dmnroute.dmn.types import Types
    from dmnroute.feel.values import Value


class Writer(Protocol):
    """What the writer of a whole program gives to those of its tables."""

    types: Types
    traced: bool

    def put(self, prefix: str, value: object) -> ast.Name: ...

    def source(self, source: Source, *, plain: bool) -> ast.expr: ...


_LEAVES = """
leaves = PARTS.get(KEY)
if leaves is None:
    leaves = GROW(KEY)
"""
_FIRST = """
for LEAF in leaves:
    rules = SETS
    if rules:
        found = rows[(rules & -rules).bit_length() - 1]
        break
else:
    found = None
"""
_ONLY = """
found = None
for LEAF in leaves:
    rules = SETS
    if rules:
        if found is not None or rules & (rules - 1):
            raise DOUBT
        found = rows[rules.bit_length() - 1]
"""
_ALL = """
found = []
for LEAF in leaves:
    rules = SETS
    while rules:
        lowest = rules & -rules
        found.append(rows[lowest.bit_length() - 1])
        rules ^= lowest
"""
_SEARCHES = {HitPolicyName.FIRST: _FIRST, HitPolicyName.UNIQUE: _ONLY}
"""Policies that want one rule; all others want all that match."""


class TableWriter:
    """Writes the step of one table: `found` becomes the index of the rule or null, or those of all rules that match."""

    def __init__(self, writer: Writer, number: int, step: Step, logic: TableLogic, is_last: bool) -> None:
        if not isinstance(logic.matcher, IndexMatcher) or any(not kinds for kinds in logic.matcher.index.quiet):
            raise NotPlain
        self._writer = writer
        self._number = number
        self._step = step
        self._logic = logic
        self._is_last = is_last
        self._lookup = Lookup(logic.matcher.index)
        self._search = _SEARCHES.get(logic.policy.name, _ALL)
        self._is_single = self._search is not _ALL

    def statements(self) -> list[ast.stmt]:
        """Read the values, look the rules up, make the table's value of them."""
        columns = list(self._lookup.kinds)
        body: list[ast.stmt] = []
        for column, source in enumerate(self._step.columns):
            if column not in columns and not self._writer.traced and not isinstance(source, FromExpression):
                continue  # no rule looks at it, and it can't fail
            value = self._writer.source(source, plain=True)
            body += code.statements("TARGET = VALUE", TARGET=self._value(column), VALUE=value)
        body += code.statements(
            "if EXPECTED:\n    LOOKUP\nelse:\n    UNEXPECTED",
            EXPECTED=code.all_of([self._is_expected(column) for column in columns]),
            LOOKUP=self._expected(),
            UNEXPECTED=self._unexpected(),
        )
        return body + self._answer()

    def _value(self, column: int) -> ast.Name:
        return code.name(f"a{self._number}_{column}")

    def _is_expected(self, column: int) -> ast.expr:
        """Whether the value is of the type that the column speaks of, and may be looked up as it is."""
        kind, source = self._lookup.kinds[column], self._step.columns[column]
        if kind is object or not keeps(source.types, kind, self._writer.types):
            return code.expression("False")
        example = "type(VALUE) is str" if kind is str else "(type(VALUE) is float or type(VALUE) is int)"
        return code.expression(example, VALUE=self._value(column))

    def _expected(self) -> list[ast.stmt]:
        parting = self._lookup.index.parting
        key = code.constant(None) if parting is None else self._value(parting)
        parts = self._writer.put("parts", self._lookup.parts)
        body = code.statements(_LEAVES, PARTS=parts, GROW=self._writer.put("grow", self._lookup.grow), KEY=key)
        names: list[str] = []
        sets: list[ast.expr] = []
        for column in self._lookup.looked_at:
            one, other = f"k{column}", f"r{column}"
            names += [one, other]
            example = "K.get(VALUE, R)" if column in self._lookup.named else "R[bisect(K, VALUE)]"
            sets.append(code.expression(example, K=code.name(one), R=code.name(other), VALUE=self._value(column)))
        leaf = code.unpacked([*names, "rows"])
        found = code.common(sets) if sets else code.expression("(1 << ROWS.__len__()) - 1", ROWS=code.name("rows"))
        doubt = self._writer.put("doubt", Doubt)
        return body + _with_target(code.statements(self._search, SETS=found, DOUBT=doubt), leaf)

    def _unexpected(self) -> list[ast.stmt]:
        """Take the way that knows all types of values; some of them make notices."""
        if self._writer.traced:
            return code.statements("raise DOUBT", DOUBT=self._writer.put("doubt", Doubt))
        kinds, sources = self._lookup.kinds, self._step.columns
        values = [self._value(number) if number in kinds else code.constant(None) for number in range(len(sources))]
        held = [
            Hold(self._writer.types, source.types) if number in kinds and source.types else None
            for number, source in enumerate(sources)
        ]
        otherwise = self._writer.put("otherwise", _Otherwise(self._lookup, held, self._search))
        return code.statements(
            "found = OTHERWISE(VALUES)", OTHERWISE=otherwise, VALUES=ast.Tuple([*values], ast.Load())
        )

    def _answer(self) -> list[ast.stmt]:
        answers = Answers(self._logic)
        rows, default = answers.rows(), answers.default()
        policy = self._logic.policy.name
        if self._writer.traced:
            return self._trace(rows, default)
        if self._is_single:
            return self._single(rows, default)
        if policy in (HitPolicyName.COLLECT, HitPolicyName.RULE_ORDER) and self._logic.table.aggregation is None:
            return self._list(rows, default)
        settle = self._writer.put("settle", _Settle(self._logic, rows, default, self._step.types))
        example = "to_python(SETTLE(found))" if self._is_last else "SETTLE(found)"
        return self._given(code.expression(example, SETTLE=settle))

    def _trace(self, rows: Sequence[Row], default: Value) -> list[ast.stmt]:
        """The result with its trace, of policies that take the rules as they come."""
        sources = self._step.columns
        read = all(isinstance(source, FromInput) for source in sources)
        unseen = [source for number, source in enumerate(sources) if number not in self._lookup.kinds]
        noticed = any(source.types or len(source.path) > 1 for source in unseen if isinstance(source, FromInput))
        listed = self._logic.policy.name in (HitPolicyName.COLLECT, HitPolicyName.RULE_ORDER)
        if (
            not read
            or noticed
            or self._step.types
            or not (self._is_single or (listed and self._logic.table.aggregation is None))
        ):
            raise NotPlain
        tracer = self._writer.put("trace", Tracer(self._logic, rows, default, single=self._is_single))
        values = ast.Tuple([self._value(column) for column in range(len(sources))], ast.Load())
        rules = code.expression("() if found is None else (found,)" if self._is_single else "found")
        return code.statements("return TRACE(RULES, VALUES)", TRACE=tracer, RULES=rules, VALUES=values)

    def _single(self, rows: Sequence[Row], default: Value) -> list[ast.stmt]:
        values = [row.value for row in rows]
        if not all(is_unchanged(value, self._step.types, self._writer.types) for value in (*values, default)):
            raise NotPlain

        def answer(values: Sequence[Value]) -> ast.expr:
            item, otherwise = self._item(values[:-1], "VALUES[found]"), self._item(values[-1:], "VALUES[0]")
            return code.expression("DEFAULT if found is None else ITEM", DEFAULT=otherwise, ITEM=item)

        lines = self._given(answer([*values, default]))
        if not self._is_last:
            plain = answer([plainly(value) for value in [*values, default]])
            lines += code.statements("TARGET = ANSWER", TARGET=code.name(f"plain{self._number}"), ANSWER=plain)
        return lines

    def _list(self, rows: Sequence[Row], default: Value) -> list[ast.stmt]:
        if not all(is_open(name, self._writer.types) for name in self._step.types):
            raise NotPlain
        item = self._item([row.value for row in rows], "VALUES[rule]")
        default_item = self._item([default], "VALUES[0]")
        return self._given(
            code.expression("[ITEM for rule in found] if found else DEFAULT", ITEM=item, DEFAULT=default_item)
        )

    def _given(self, answer: ast.expr) -> list[ast.stmt]:
        if self._is_last:
            return code.statements("return ANSWER", ANSWER=answer)
        parts = {"VALUE": code.name(f"value{self._number}"), "PLAIN": code.name(f"plain{self._number}")}
        return code.statements("VALUE = PLAIN = ANSWER", **parts, ANSWER=answer)

    def _item(self, values: Sequence[Value], example: str) -> ast.expr:
        """Code for one of the values; contexts and lists are given out as copies, which the caller may change."""
        given = plain_values(values, self._writer.types) if self._is_last else [*values]
        item = code.expression(example, VALUES=self._writer.put("values", given))
        if not self._is_last or not any(isinstance(value, (dict, list)) for value in given):
            return item
        return code.expression("ITEM.copy()" if all(map(_is_flat, given)) else "deepcopy(ITEM)", ITEM=item)


def _is_flat(value: object) -> bool:
    return isinstance(value, dict) and not any(isinstance(each, (dict, list)) for each in value.values())


def _with_target(lines: list[ast.stmt], target: ast.expr) -> list[ast.stmt]:
    for line in lines:
        if isinstance(line, ast.For):
            line.target = target
    return lines


class _Otherwise:
    """Looks rules up by values that weren't expected: null, Decimals, booleans, other types."""

    def __init__(self, lookup: Lookup, held: list[Hold | None], search: str) -> None:
        self._lookup = lookup
        self._held = held
        self._search = search

    def __call__(self, values: tuple[object, ...]) -> object:
        feel = [
            from_python(value) if hold is None else hold(from_python(value))
            for value, hold in zip(values, self._held, strict=True)
        ]
        found = self._lookup.indices(feel)
        if self._search is _ALL:
            return list(found)
        first = next(found, None)
        if self._search is _ONLY and next(found, None) is not None:
            raise Doubt
        return first


class _Settle:
    """What any hit policy makes of the rules that match."""

    def __init__(self, logic: TableLogic, rows: Sequence[Row], default: Value, types: tuple[str, ...]) -> None:
        if not is_unchanged(default, types, logic.types):
            raise NotPlain
        self._policy = logic.policy
        self._rows = rows
        self._default = default
        self._priorities = tuple(column.priorities for column in logic.columns)
        self._aggregation = logic.table.aggregation
        self._types = types
        self._model_types = logic.types

    def __call__(self, found: list[int]) -> Value:
        rows = (self._rows[rule] for rule in found)
        outcome = self._policy.apply(Hits(rows, self._priorities, self._aggregation))
        if outcome.violation or not is_unchanged(outcome.value, self._types, self._model_types):
            raise Doubt
        return outcome.value if outcome.rows else self._default
