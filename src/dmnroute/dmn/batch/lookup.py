"""Look up the first matching rule of many rows at once, with numpy."""

from __future__ import annotations

from copy import deepcopy
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from dmnroute.dmn.batch.arrays import codes_of, numbers_of
from dmnroute.dmn.batch.grid import Grid, Keys
from dmnroute.dmn.fast.lookup import Lookup
from dmnroute.dmn.fast.outputs import Answers, plain_values
from dmnroute.dmn.fast.plan import FromExpression, FromInput, NotPlain, plan
from dmnroute.dmn.fast.values import is_unchanged, keeps
from dmnroute.dmn.matcher import IndexMatcher
from dmnroute.dmn.model import HitPolicyName
from dmnroute.dmn.table import TableLogic
from dmnroute.errors import FeelError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import TypeAlias

    from numpy.typing import NDArray

    from dmnroute.dmn.batch.tables import Column
    from dmnroute.dmn.fast.lookup import Leaf
    from dmnroute.dmn.fast.plan import Step
    from dmnroute.dmn.library import Key
    from dmnroute.dmn.units import AnyUnit, DecisionUnit

    Pieces: TypeAlias = tuple[NDArray[Any], ...]
    """A column of the rows: the codes of texts; or numbers and their buckets."""

NO_RULE = -1
UNDECIDED = -2
"""Stands for rows that have to be decided one by one: values of an unexpected type, a violated policy."""

_WORD = 64


def batch_lookup(unit: DecisionUnit, units: Mapping[Key, AnyUnit], declared: frozenset[str]) -> BatchLookup | None:
    """The lookup of a decision that is a plain FIRST or UNIQUE table over inputs; null for others."""
    try:
        (step,) = plan(unit, units, declared)
        return BatchLookup(step)
    except (NotPlain, ValueError, FeelError):
        return None


class BatchLookup:
    """A table as arrays. What it works out for a part of the rules is kept."""

    def __init__(self, step: Step) -> None:
        logic = step.logic
        if not isinstance(logic, TableLogic) or not isinstance(logic.matcher, IndexMatcher):
            raise NotPlain
        if logic.policy.name not in (HitPolicyName.FIRST, HitPolicyName.UNIQUE):
            raise NotPlain
        if any(isinstance(source, FromExpression) for source in step.columns):
            raise NotPlain  # also where no rule looks at it, it may fail
        self._is_unique = logic.policy.name is HitPolicyName.UNIQUE
        self._lookup = Lookup(logic.matcher.index)
        self.inputs = {number: self._input(number, step) for number in self._lookup.kinds}
        """The names of the inputs that the columns read."""
        answers = Answers(logic)
        values = [row.value for row in answers.rows()] + [answers.default()]
        if not all(is_unchanged(value, step.types, logic.types) for value in values):
            raise NotPlain
        answered = plain_values(values, logic.types)
        self.answers = Items(answered)
        named = logic.columns if len(logic.columns) > 1 else ()
        self.outputs = {
            column.name: Items([item[column.name] if isinstance(item, dict) else None for item in answered])
            for column in named
        }
        """The parts of the answers by name, where they have names: the answer of a single column may be any context."""
        index = self._lookup.index
        self._codes = {
            number: {text: code for code, text in enumerate(index.texts(number))} for number in self._lookup.named
        }
        """By column a number for each text that its cells name; the next number stands for all others."""
        self._grids = {number: Grid(index.number_keys(number)) for number in self._lookup.kinds.keys() - self._codes}
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
        values = {number: self._pieces(number, columns[name], odd) for number, name in self.inputs.items()}
        for key, chosen in self._parts(values, count):
            self._look(self._lookup.grow(key), chosen, values, found)
        found[odd] = UNDECIDED
        return found

    def _pieces(self, number: int, column: Column, odd: NDArray[np.bool_]) -> Pieces:
        if number in self._codes:
            return (codes_of(column, self._codes[number], odd),)
        numbers = numbers_of(column, odd)
        return numbers, self._grids[number].buckets(numbers)

    def _parts(self, values: Mapping[int, Pieces], count: int) -> list[tuple[str | None, NDArray[np.int64]]]:
        """The rows by the text of the parting column; those with a text that no cell names go together."""
        parting = self._lookup.index.parting
        if parting is None:
            return [(None, np.arange(count))]
        keys = list(self._codes[parting])
        (codes,) = values[parting]
        order = np.argsort(codes, kind="stable")
        bounds = np.searchsorted(codes[order], np.arange(len(keys) + 2))
        keys.append("".join(keys) + "\0")  # a text that is none of them
        parts = [(key, order[start:end]) for key, (start, end) in zip(keys, pairwise(bounds), strict=True)]
        return [(key, chosen) for key, chosen in parts if len(chosen)]

    def _look(
        self, leaves: Sequence[Leaf], chosen: NDArray[np.int64], values: Mapping[int, Pieces], found: NDArray[Any]
    ) -> None:
        """Note for each of the chosen rows the rule of one of the leaves, the first that matches."""
        for leaf in leaves:
            sets = self._sets.get(id(leaf))
            if sets is None:
                self._sets[id(leaf)] = sets = _Sets(leaf, self._lookup.looked_at, self._codes, self._grids)
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

    def __init__(
        self,
        leaf: Leaf,
        looked_at: Sequence[int],
        codes: Mapping[int, Mapping[str, int]],
        grids: Mapping[int, Grid],
    ) -> None:
        self.leaf = leaf
        """Kept, so that its identity stays its own."""
        words = -(-len(leaf[-1]) // _WORD)
        self.rules = np.asarray([*leaf[-1], NO_RULE], dtype=np.int64)
        """The indices of the rules in the table, and last NO_RULE."""
        self._all = _words([(1 << len(leaf[-1])) - 1], words)
        self._columns: list[tuple[int, Keys | None, NDArray[np.uint64]]] = []
        for place, number in enumerate(looked_at):
            one, other = leaf[2 * place], leaf[2 * place + 1]
            if number in codes:
                sets = [one.get(text, other) for text in codes[number]]
                self._columns.append((number, None, _words([*sets, other], words)))
            else:
                keys = Keys(one[1:-1], grids[number])  # without those that mark numbers too large
                self._columns.append((number, keys, _words(other[1:-1], words)))

    def match(self, chosen: NDArray[np.int64], values: Mapping[int, Pieces]) -> NDArray[np.uint64]:
        """The sets of rules that each of the chosen rows gets past, in words of 64 rules."""
        rules = np.tile(self._all, (len(chosen), 1)) if not self._columns else None
        for number, keys, sets in self._columns:
            pieces = [piece[chosen] for piece in values[number]]
            found = sets.take(pieces[0] if keys is None else keys.ranks(*pieces), axis=0)
            rules = found if rules is None else np.bitwise_and(rules, found, out=rules)
        assert rules is not None
        return rules


def _words(sets: Sequence[int], words: int) -> NDArray[np.uint64]:
    size = words * _WORD // 8
    data = b"".join(rules.to_bytes(size, "little") for rules in sets)
    return np.frombuffer(data, dtype="<u8").reshape(len(sets), words)
