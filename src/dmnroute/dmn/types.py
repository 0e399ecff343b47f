"""Types of a model: FEEL's own and item definitions, and what a value becomes under them (DMN 1.5, 10.3.2.9)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from dmnroute.feel.evaluation import DEFAULT_LIMITS, Evaluation, Limits
from dmnroute.feel.values import (
    Date,
    DateTime,
    DaysTimeDuration,
    Function,
    Range,
    Time,
    YearsMonthsDuration,
)

if TYPE_CHECKING:
    from dmnroute.dmn.model import ItemDefinition
    from dmnroute.feel.values import Value

Allowed: TypeAlias = Callable[["Value", Evaluation], bool]
"""Whether a value is among the allowed ones, within the limits of an evaluation."""

BASIC: Mapping[str, type] = {
    "number": Decimal,
    "string": str,
    "boolean": bool,
    "date": Date,
    "time": Time,
    "date and time": DateTime,
    "dateTime": DateTime,
    "days and time duration": DaysTimeDuration,
    "dayTimeDuration": DaysTimeDuration,
    "years and months duration": YearsMonthsDuration,
    "yearMonthDuration": YearsMonthsDuration,
    "list": list,
    "context": dict,
    "function": Function,
    "range": Range,
}
"""The Python type of each of FEEL's types, under all the names that DMN 1.1 to 1.5 and Camunda give them."""


_CHECKED_BY_CAMUNDA = frozenset(
    ("number", "string", "boolean", "date", "time", "dateTime", "dayTimeDuration", "yearMonthDuration")
)


@dataclass(frozen=True, slots=True)
class Mismatch:
    """What a value is not."""

    message: str
    kind: str = "type"


@dataclass(frozen=True, slots=True)
class Types:
    """The types that the names in one model mean; names of imported models are `import.type`."""

    definitions: Mapping[str, ItemDefinition]
    allowed: Mapping[str, Allowed]
    """By the text of allowed values."""
    camunda: bool = False
    limits: Limits = DEFAULT_LIMITS
    """What one evaluation may use up."""

    def conform(self, value: Value, type_ref: str, evaluation: Evaluation | None = None) -> Value | Mismatch:
        """The value as the type wants it: singleton lists are unpacked or made where that helps.

        Null is of every type. Camunda checks basic types only and converts nothing. Allowed values are looked at
        within the limits of the evaluation, else of one of its own.
        """
        if value is None or not type_ref or type_ref == "Any":
            return value
        basic = BASIC.get(type_ref)
        if self.camunda:
            fits = type_ref not in _CHECKED_BY_CAMUNDA or isinstance(value, BASIC[type_ref])
            return value if fits else _mismatch(value, type_ref)
        if basic is not None:
            return _basic(value, basic, type_ref)
        definition = self.definitions.get(type_ref)
        if definition is None:
            return value
        return self._item(value, definition, Evaluation(limits=self.limits) if evaluation is None else evaluation)

    def predicates(self) -> Mapping[str, Callable[[Value], bool]]:
        """For FEEL's `instance of`: each type of the model, telling whether a value is one of it."""
        return {name: partial(self.is_instance, type_ref=name) for name in self.definitions}

    def is_instance(self, value: Value, type_ref: str) -> bool:
        """Whether a value is of a type as it is: nothing is converted, and allowed values don't count."""
        if type_ref in ("", "Any"):
            return value is not None
        if type_ref in BASIC:
            return isinstance(value, BASIC[type_ref])
        definition = self.definitions.get(type_ref)
        return definition is not None and self._is_item(value, definition)

    def _is_item(self, value: Value, definition: ItemDefinition) -> bool:
        if not definition.is_collection:
            return self._is_single(value, definition)
        return isinstance(value, list) and all(item is None or self._is_single(item, definition) for item in value)

    def _is_single(self, value: Value, definition: ItemDefinition) -> bool:
        if definition.is_function:
            return isinstance(value, Function)
        if not definition.item_components:
            return self.is_instance(value, definition.type_ref)
        return isinstance(value, dict) and all(
            part.name in value and (value[part.name] is None or self._is_item(value[part.name], part))
            for part in definition.item_components
        )

    def _item(self, value: Value, definition: ItemDefinition, evaluation: Evaluation) -> Value | Mismatch:
        if definition.is_collection:
            conformed = self._collection(value, definition, evaluation)
        else:
            if isinstance(value, list) and len(value) == 1 and not self._is_list(definition):
                value = value[0]
            conformed = self._single(value, definition, evaluation)
        if isinstance(conformed, Mismatch) or definition.type_constraint is None:
            return conformed
        return self._allowed(conformed, definition.name, definition.type_constraint.text, evaluation)

    def _is_list(self, definition: ItemDefinition) -> bool:
        """Whether the definition is another name of a list type."""
        seen: set[str] = set()
        while definition.type_ref not in seen:
            if definition.is_collection or definition.type_ref == "list":
                return True
            seen.add(definition.type_ref)
            definition = self.definitions.get(definition.type_ref, definition)
        return False

    def _collection(self, value: Value, definition: ItemDefinition, evaluation: Evaluation) -> Value | Mismatch:
        items = []
        for item in value if isinstance(value, list) else [value]:
            conformed = self._single(item, definition, evaluation)
            if isinstance(conformed, Mismatch):
                return conformed
            items.append(conformed)
        return items

    def _single(self, value: Value, definition: ItemDefinition, evaluation: Evaluation) -> Value | Mismatch:
        if value is None:
            return None
        if definition.item_components:
            conformed = self._structure(value, definition, evaluation)
        elif definition.is_function:
            conformed = _basic(value, Function, definition.name)
        else:
            conformed = self.conform(value, definition.type_ref, evaluation)
        if isinstance(conformed, Mismatch) or definition.allowed_values is None:
            return conformed
        return self._allowed(conformed, definition.name, definition.allowed_values.text, evaluation)

    def _structure(self, value: Value, definition: ItemDefinition, evaluation: Evaluation) -> Value | Mismatch:
        if not isinstance(value, dict):
            return _mismatch(value, definition.name)
        structure = dict(value)
        for component in definition.item_components:
            if structure.get(component.name) is None:
                continue
            conformed = self._item(structure[component.name], component, evaluation)
            if isinstance(conformed, Mismatch):
                return conformed
            structure[component.name] = conformed
        return structure

    def _allowed(self, value: Value, name: str, text: str, evaluation: Evaluation) -> Value | Mismatch:
        allowed = self.allowed.get(text)
        if allowed is None or allowed(value, evaluation):
            return value
        return Mismatch(f"{describe(value)} isn't an allowed value of `{name}`: {text}", "not_allowed")


def _basic(value: Value, wanted: type, name: str) -> Value | Mismatch:
    if isinstance(value, list) and len(value) == 1 and wanted is not list:
        value = value[0]
    if value is None or isinstance(value, wanted):
        return value
    if wanted is list:
        return [value]
    if wanted is DateTime and isinstance(value, Date):
        return DateTime(value, Time(0, 0, 0, 0, 0, ""))
    return _mismatch(value, name)


def _mismatch(value: Value, name: str) -> Mismatch:
    return Mismatch(f"{describe(value)} isn't of type `{name}`")


def describe(value: Value) -> str:
    """A value in a message: as FEEL writes it when it is short, else its kind."""
    match value:
        case None:
            return "null"
        case bool():
            return f"`{str(value).lower()}`"
        case str():
            return f'`"{value}"`' if len(value) <= _LONGEST else f'`"{value[:_LONGEST]}…"`'
        case list():
            return f"a list of {len(value)}"
        case dict():
            return "a context"
        case Function():
            return "a function"
        case Range():
            return "a range"
    return f"`{value}`"


_LONGEST = 60
