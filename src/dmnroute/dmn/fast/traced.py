"""The result with its trace, for a table whose values are all as expected: nothing to notice, nothing to refuse."""

from __future__ import annotations

from copy import deepcopy
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from dmnroute.dmn.fast.outputs import plain_values
from dmnroute.dmn.result import InputValue, MatchedRule, Result
from dmnroute.dmn.trace import matched_rule
from dmnroute.feel.values import from_python, to_python

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from dmnroute.dmn.hit_policies.base import Row
    from dmnroute.dmn.table import TableLogic
    from dmnroute.feel.values import Value

_new = object.__new__


def _setter(kind: Any, field: str) -> Callable[[object, object], None]:
    """What a frozen class uses for its own fields, without the way through `__init__`."""
    set_field: Callable[[object, object], None] = getattr(kind, field).__set__
    return set_field


_set_input = [_setter(InputValue, field) for field in ("label", "text", "value", "notices")]
_set_rule = [_setter(MatchedRule, field) for field in ("index", "id", "annotations", "outputs", "description")]
_set_result = [
    _setter(Result, field) for field in ("value", "matched", "inputs", "notices", "required", "decision", "hit_policy")
]


class Tracer:
    """Makes results of the indices of matching rules and the values of the columns."""

    def __init__(self, logic: TableLogic, rows: Sequence[Row], default: Value, *, single: bool) -> None:
        clauses = logic.table.inputs
        self._clauses = [
            (clause.label or clause.name or clause.input_expression.text, clause.input_expression.text)
            for clause in clauses
        ]
        self._rules = [matched_rule(logic, row) for row in rows]
        *self._values, self._default = plain_values([*(row.value for row in rows), default], logic.types)
        self._single = single
        self._own = _own([*self._values, self._default])
        self._own_outputs = deepcopy if self._own is deepcopy else dict
        self._decision = logic.where.decision
        self._hit_policy = logic.policy.name.value

    def __call__(self, found: Sequence[int], values: Iterable[object]) -> Result:
        """The same as the long way makes of them."""
        if not found:
            value = self._own(self._default)
        elif self._single:
            value = self._own(self._values[found[0]])
        else:
            value = [self._own(self._values[rule]) for rule in found]
        result = _new(Result)
        set_value, set_matched, set_inputs, set_notices, set_required, set_decision, set_policy = _set_result
        set_value(result, value)
        set_matched(result, tuple([self._matched(self._rules[rule]) for rule in found]))
        set_inputs(result, self._inputs(values))
        set_notices(result, ())
        set_required(result, {})
        set_decision(result, self._decision)
        set_policy(result, self._hit_policy)
        return result

    def _inputs(self, values: Iterable[object]) -> tuple[InputValue, ...]:
        set_label, set_text, set_value, set_notices = _set_input
        made = []
        for (label, text), value in zip(self._clauses, values, strict=True):
            kind = type(value)
            each = _new(InputValue)
            set_label(each, label)
            set_text(each, text)
            if kind is float:
                set_value(each, Decimal(repr(value)))
            else:
                set_value(each, value if kind is str else to_python(from_python(value)))
            set_notices(each, ())
            made.append(each)
        return tuple(made)

    def _matched(self, rule: MatchedRule) -> MatchedRule:
        """A copy: its outputs are the caller's own."""
        set_index, set_id, set_annotations, set_outputs, set_description = _set_rule
        made = _new(MatchedRule)
        set_index(made, rule.index)
        set_id(made, rule.id)
        set_annotations(made, rule.annotations)
        set_outputs(made, self._own_outputs(rule.outputs))
        set_description(made, rule.description)
        return made


def _own(values: Sequence[object]) -> Callable[[Any], Any]:
    """How to give out a value that the caller may change."""
    parts = [part for value in values for part in (value.values() if isinstance(value, dict) else [value])]
    if any(isinstance(part, (list, dict)) for part in parts):
        return deepcopy
    return _copied if any(isinstance(value, dict) for value in values) else _same


def _copied(value: Any) -> object:
    return value.copy() if isinstance(value, dict) else value


def _same(value: object) -> object:
    return value
