"""Carry out one evaluation: every required decision once, then the one that was asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmnroute.dmn.compiled import Typed, conform, conform_arguments
from dmnroute.dmn.requirements import visible_names
from dmnroute.dmn.scope import Origin
from dmnroute.dmn.table import TableLogic
from dmnroute.dmn.trace import bare_result, table_result
from dmnroute.dmn.units import DecisionUnit, InputUnit, KnowledgeUnit, ServiceUnit, Units
from dmnroute.feel.values import Function

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dmnroute.dmn.library import Key
    from dmnroute.dmn.requirements import Requirement
    from dmnroute.dmn.result import Result
    from dmnroute.dmn.run import Run
    from dmnroute.feel import Evaluation
    from dmnroute.feel.values import Value


class Execution:
    """One evaluation over given inputs. Values that are given for decisions stand in for their logic."""

    def __init__(
        self,
        units: Units,
        run: Run,
        inputs: Mapping[str, Value],
        *,
        given: Mapping[Key, Value],
        ambient: Mapping[str, Value],
        trace: bool,
    ) -> None:
        self._units = units.by_key
        self._all = units
        self._run = run
        self._inputs = inputs
        self._ambient = ambient
        """Names that every decision sees, whether it requires them or not."""
        self._trace = trace
        self._values: dict[Key, Value] = dict(given)
        self._functions: dict[Key, Function] = {}
        self.results: dict[Key, Result] = {}

    def value(self, wanted: Key) -> Value:
        """The value of a decision, after those that it requires; a loop, so that long chains are no matter."""
        waiting = [wanted]
        while waiting:
            key = waiting[-1]
            unit = self._units[key]
            assert isinstance(unit, DecisionUnit)
            missing = [] if key in self._values else self._missing(unit)
            if missing:
                waiting.extend(reversed(missing))
                continue
            if key not in self._values:
                self._values[key] = self._decide(unit)
            waiting.pop()
        return self._values[wanted]

    def scope(self, unit: DecisionUnit | KnowledgeUnit) -> dict[str, Value]:
        """The names that an element sees, with their values."""
        scope = dict(self._ambient)
        self._bind(unit.required, scope)
        return scope

    def _missing(self, unit: DecisionUnit) -> list[Key]:
        return [need.key for need in unit.required if need.origin is Origin.DECISION and need.key not in self._values]

    def _bind(self, required: tuple[Requirement, ...], scope: dict[str, Value]) -> None:
        for need in required:
            value = self._required(need)
            target = scope
            if need.prefix:
                inner = scope.get(need.prefix)
                target = scope[need.prefix] = dict(inner) if isinstance(inner, dict) else {}
            for name in need.names:
                target[name] = value

    def _required(self, need: Requirement) -> Value:
        if need.origin is Origin.DECISION:
            return self.value(need.key)
        if need.origin is Origin.KNOWLEDGE:
            return self.function(need.key)
        return self._input(need)

    def _input(self, need: Requirement) -> Value:
        if need.key in self._values:
            return self._values[need.key]
        unit = self._units[need.key]
        assert isinstance(unit, InputUnit)
        value = next((self._inputs[name] for name in need.names if name in self._inputs), None)
        if unit.types.camunda:
            return value
        what = f"input `{unit.element.name}`"
        typed = conform(value, unit.element.variable.type_ref, unit.types, what, unit.where.place(), self._run)
        self._values[need.key] = typed
        return typed

    def _decide(self, unit: DecisionUnit) -> Value:
        scope = self.scope(unit)
        before = len(self._run.notices)
        typed = unit.logic if isinstance(unit.logic, Typed) else None
        logic = typed.logic if typed is not None else unit.logic
        if not self._trace:
            return unit.logic.run(scope, self._run)
        if not isinstance(logic, TableLogic):
            value = unit.logic.run(scope, self._run)
            self.results[unit.key] = bare_result(unit, value, self._run.notices[before:])
            return value
        cells = logic.look(scope, self._run)
        outcome = logic.decide(cells, scope, self._run)
        value = outcome.value
        if typed is not None:
            value = conform(value, typed.type_ref, typed.types, typed.what, typed.place, self._run)
        self.results[unit.key] = table_result(unit, logic, cells, outcome, value, self._run.notices[before:])
        return value

    def function(self, key: Key) -> Function:
        """The function of a decision service or business knowledge model."""
        if key not in self._functions:
            unit = self._units[key]
            if isinstance(unit, ServiceUnit):
                self._functions[key] = self.service(unit)
            else:
                assert isinstance(unit, KnowledgeUnit)
                self._knowledge(unit)
        return self._functions[key]

    def _knowledge(self, unit: KnowledgeUnit) -> None:
        """Make the function before its scope is filled: it may call itself, or others that call it."""
        scope: dict[str, Value] = dict(self._ambient) if unit.types.camunda else {}
        function = unit.function.run(scope, self._run)
        assert isinstance(function, Function)
        self._functions[unit.key] = function
        scope.update(dict.fromkeys(visible_names(unit.element), function))
        self._bind(unit.required, scope)

    def service(self, unit: ServiceUnit) -> Function:
        """The decision service as a function (DMN 1.5, 10.4)."""
        names = {key: self._units[key].where.decision for key in unit.inputs}
        parameters = [(name, self._type_ref(key)) for key, name in names.items()]
        title, place = unit.where.decision, unit.where.place()

        def call(arguments: Mapping[str, Value], evaluation: Evaluation) -> Value:
            conformed = conform_arguments(arguments, parameters, unit.types, title, place, self._run)
            if conformed is None:
                return None
            given = {key: conformed[name] for key, name in names.items()}
            inner = Execution(self._all, self._run, {}, given=given, ambient={}, trace=False)
            values = {self._units[key].where.decision: inner.value(key) for key in unit.outputs}
            made = next(iter(values.values())) if len(values) == 1 else values
            type_ref = unit.element.variable.type_ref
            return conform(made, type_ref, unit.types, f"the value of `{title}`", place, self._run)

        return Function(title, tuple(names.values()), call)

    def _type_ref(self, key: Key) -> str:
        unit = self._units[key]
        assert isinstance(unit, InputUnit | DecisionUnit)
        return unit.element.variable.type_ref
