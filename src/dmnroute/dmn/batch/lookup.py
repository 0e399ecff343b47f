"""Look up the first matching rule of many rows at once, with numpy."""

from __future__ import annotations

from copy import deepcopy
from decimal import Decimal
from itertools import pairwise, repeat
from typing import TYPE_CHECKING, Any

import numpy as np

from dmnroute.dmn.fast.lookup import Lookup
from dmnroute.dmn.fast.outputs import Answers
from dmnroute.dmn.fast.plan import FromInput, NotPlain, plan
from dmnroute.dmn.fast.values import is_unchanged, keeps
from dmnroute.dmn.index.order import WIDEST
from dmnroute.dmn.matcher import IndexMatcher
from dmnroute.dmn.model import HitPolicyName
from dmnroute.dmn.table import TableLogic
from dmnroute.feel.values import to_python

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from dmnroute.dmn.batch.tables import Column
    from dmnroute.dmn.fast.lookup import Leaf
    from dmnroute.dmn.fast.plan import Step
    from dmnroute.dmn.library import Key
    from dmnroute.dmn.units import AnyUnit, DecisionUnit

NO_RULE = -1
UNDECIDED = -2
"""Stands for rows that have to be decided one by one: values of an unexpected type, a violated policy."""

_WORD = 64
_MOST_SMALL = 2**15
"""Below it numbers of texts fit in 16 bits, which numpy sorts much faster."""


def batch_lookup(unit: DecisionUnit, units: Mapping[Key, AnyUnit], declared: frozenset[str]) -> BatchLookup | None:
    """The lookup of a decision that is a plain FIRST or UNIQUE table over inputs; null for others."""
    try:
        (step,) = plan(unit, units, declared)
        return BatchLookup(step)
    except (NotPlain, ValueError):
        return None


class BatchLookup:
    """A table as arrays. What it works out for a part of the rules is kept."""

    def __init__(self, step: Step) -> None:
        logic = step.logic
        if not isinstance(logic, TableLogic) or not isinstance(logic.matcher, IndexMatcher):
            raise NotPlain
        if logic.policy.name not in (HitPolicyName.FIRST, HitPolicyName.UNIQUE):
            raise NotPlain
        self._is_unique = logic.policy.name is HitPolicyName.UNIQUE
        self._lookup = Lookup(logic.matcher.index)
        self.inputs = {number: self._input(number, step) for number in self._lookup.kinds}
        """The names of the inputs that the columns read."""
        answers = Answers(logic)
        values = [row.value for row in answers.rows()] + [answers.default()]
        if not all(is_unchanged(value, step.types, logic.types) for value in values):
            raise NotPlain
        answered: list[Any] = [to_python(value) for value in values]
        self.answers = Items(answered)
        self.outputs = {
            column.name: Items([item[column.name] if isinstance(item, dict) else None for item in answered])
            for column in logic.columns
        }
        """The parts of the answers by name, where they have names."""
        index = self._lookup.index
        self._codes = {
            number: {text: code for code, text in enumerate(index.texts(number))} for number in self._lookup.named
        }
        """By column a number for each text that its cells name; the next number stands for all others."""
        self._sets: dict[int, _Sets] = {}

    def _input(self, number: int, step: Step) -> str:
        source, kind = step.columns[number], self._lookup.kinds[number]
        plain = isinstance(source, FromInput) and len(source.path) == 1 and keeps(source.types, kind, step.unit.types)
        is_named = kind is Decimal or number in self._lookup.named
        if not plain or not is_named or not self._lookup.index.quiet[number]:
            raise NotPlain
        assert isinstance(source, FromInput)
        return source.path[0]

    def rules(self, columns: Mapping[str, Column], count: int) -> NDArray[np.int64]:
        """For each row the index of its rule, NO_RULE or UNDECIDED."""
        found = np.full(count, NO_RULE, dtype=np.int64)
        odd = np.zeros(count, dtype=bool)
        values: dict[int, NDArray[Any]] = {}
        for number, name in self.inputs.items():
            if number in self._codes:
                values[number] = _coded(columns[name], self._codes[number], odd)
            else:
                values[number] = _numbers(columns[name], odd)
        for key, chosen in self._parts(values, count):
            self._look(self._lookup.grow(key), chosen, values, found)
        found[odd] = UNDECIDED
        return found

    def _parts(self, values: Mapping[int, NDArray[Any]], count: int) -> list[tuple[str | None, NDArray[np.int64]]]:
        """The rows by the text of the parting column; those with a text that no cell names go together."""
        parting = self._lookup.index.parting
        if parting is None:
            return [(None, np.arange(count))]
        keys = list(self._codes[parting])
        order = np.argsort(values[parting], kind="stable")
        bounds = np.searchsorted(values[parting][order], np.arange(len(keys) + 2))
        keys.append("".join(keys) + "\0")  # a text that is none of them
        parts = [(key, order[start:end]) for key, (start, end) in zip(keys, pairwise(bounds), strict=True)]
        return [(key, chosen) for key, chosen in parts if len(chosen)]

    def _look(
        self, leaves: Sequence[Leaf], chosen: NDArray[np.int64], values: Mapping[int, NDArray[Any]], found: NDArray[Any]
    ) -> None:
        """Note for each of the chosen rows the rule of one of the leaves, the first that matches."""
        for leaf in leaves:
            sets = self._sets.get(id(leaf))
            if sets is None:
                self._sets[id(leaf)] = sets = _Sets(leaf, self._lookup.looked_at, self._codes)
            rules = sets.match(chosen, values)
            several = rules.shape[1] > 1
            word = (rules != 0).argmax(axis=1) if several else 0
            bits = rules[np.arange(len(chosen)), word] if several else rules[:, 0]
            lowest = bits & (~bits + np.uint64(1))
            position = np.frexp(lowest.astype(np.float64))[1] - 1 + word * _WORD
            hit = sets.rules[np.where(bits != 0, position, -1)]
            if not self._is_unique:
                found[chosen] = hit
                chosen = chosen[hit == NO_RULE]
                continue
            more = (bits != lowest) | ((rules != 0).sum(axis=1) > 1) | ((hit != NO_RULE) & (found[chosen] != NO_RULE))
            found[chosen] = np.where(more, UNDECIDED, np.where(hit == NO_RULE, found[chosen], hit))


class Items:
    """What the rules give, one item for each, and one for rows that no rule matches."""

    def __init__(self, items: Sequence[Any]) -> None:
        self._objects = np.empty(len(items) + 1, dtype=object)
        self._objects[:] = [*items[:-1], None, items[-1]]  # UNDECIDED and NO_RULE count from the end
        self._own = own_item(items)

    def taken(self, found: NDArray[np.int64]) -> list[Any]:
        """The items by the indices that were found, each the caller's own; null where a row is undecided."""
        made: list[Any] = self._objects[found].tolist()
        return made if self._own is None else list(map(self._own, made))


def own_item(items: Sequence[Any]) -> Callable[[Any], Any] | None:
    """How to copy an item that the caller may change; null where there is nothing to change."""
    parts = [part for item in items for part in (item.values() if isinstance(item, dict) else [item])]
    if any(isinstance(part, (list, dict)) for part in parts):
        return deepcopy
    return _copied if any(isinstance(item, dict) for item in items) else None


def _copied(item: dict[str, object] | None) -> object:
    return None if item is None else item.copy()


class _Sets:
    """The sets of rules of one leaf as arrays: for each column its keys, if it has an order, and its sets."""

    def __init__(self, leaf: Leaf, looked_at: Sequence[int], codes: Mapping[int, Mapping[str, int]]) -> None:
        self.leaf = leaf
        """Kept, so that its identity stays its own."""
        words = -(-len(leaf[-1]) // _WORD)
        self.rules = np.asarray([*leaf[-1], NO_RULE], dtype=np.int64)
        """The indices of the rules in the table, and last NO_RULE."""
        self._all = _words([(1 << len(leaf[-1])) - 1], words)
        self._columns: list[tuple[int, NDArray[np.float64] | None, NDArray[np.uint64]]] = []
        for place, number in enumerate(looked_at):
            one, other = leaf[2 * place], leaf[2 * place + 1]
            if number in codes:
                sets = [one.get(text, other) for text in codes[number]]
                self._columns.append((number, None, _words([*sets, other], words)))
            else:
                self._columns.append((number, np.asarray(one, dtype=np.float64), _words(other, words)))

    def match(self, chosen: NDArray[np.int64], values: Mapping[int, NDArray[Any]]) -> NDArray[np.uint64]:
        """The sets of rules that each of the chosen rows gets past, in words of 64 rules."""
        rules = np.tile(self._all, (len(chosen), 1)) if not self._columns else None
        for number, keys, sets in self._columns:
            pieces = values[number][chosen]
            found = sets.take(pieces if keys is None else keys.searchsorted(pieces, side="right"), axis=0)
            rules = found if rules is None else np.bitwise_and(rules, found, out=rules)
        assert rules is not None
        return rules


def _words(sets: Sequence[int | None], words: int) -> NDArray[np.uint64]:
    size = words * _WORD // 8
    data = b"".join((rules or 0).to_bytes(size, "little") for rules in sets)
    return np.frombuffer(data, dtype="<u8").reshape(len(sets), words)


def _numbers(column: Column, odd: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Floats that mean the numbers of a column; rows where none does are odd."""
    if isinstance(column, np.ndarray):
        numbers = column.astype(np.float64)
    elif set(map(type, column)) <= {float, int}:
        try:
            numbers = np.array(column, dtype=np.float64)
        except OverflowError:
            return _numbers([value if abs(value) < WIDEST else None for value in column], odd)
    else:
        fit = np.fromiter((type(value) is float or type(value) is int for value in column), bool, len(column))
        odd |= ~fit
        return _numbers([value if fits else 0 for value, fits in zip(column, fit.tolist(), strict=True)], odd)
    odd |= ~(np.abs(numbers) < WIDEST)
    return numbers


def _coded(column: Column, codes: Mapping[str, int], odd: NDArray[np.bool_]) -> NDArray[Any]:
    """The numbers of a column's texts; rows where there is no text are odd. What a cell names is a text."""
    kind = np.int16 if len(codes) < _MOST_SMALL else np.int32
    if isinstance(column, np.ndarray):
        odd[:] = True
        return np.zeros(len(column), kind)
    try:
        coded = np.fromiter(map(codes.get, column, repeat(len(codes))), kind, len(column))
    except TypeError:  # a list or a context has no hash
        return _coded([value if type(value) is str else None for value in column], codes, odd)
    for row in (coded == len(codes)).nonzero()[0].tolist():
        odd[row] |= type(column[row]) is not str
    return coded
