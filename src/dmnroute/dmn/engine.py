"""A loaded model: its decisions, ready to be evaluated."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dmnroute.dmn.batch.values import Batch
from dmnroute.dmn.execution import Execution
from dmnroute.dmn.explain import Explanation, explain
from dmnroute.dmn.fast.program import Program, program, traced_program
from dmnroute.dmn.problems import Problems
from dmnroute.dmn.result import Result
from dmnroute.dmn.run import Run
from dmnroute.dmn.units import AnyUnit, DecisionUnit, InputUnit, KnowledgeUnit, ServiceUnit, Unit, Units, compile_units
from dmnroute.errors import FeelError, Place, TableError, UsageError, did_you_mean
from dmnroute.feel.values import from_python, to_python
from dmnroute.feel.values.python import named_values

if TYPE_CHECKING:
    from datetime import datetime

    from dmnroute.dmn import model
    from dmnroute.dmn.batch.tables import Rows
    from dmnroute.dmn.library import Key, Library, Resolver
    from dmnroute.dmn.scope import ScopedReference
    from dmnroute.feel.values import Function, Value
    from dmnroute.feel.values.python import Inputs


class Model:
    """The decisions of one file; immutable, and safe to share between threads."""

    def __init__(self, library: Library, units: Units, source: bytes, *, resolver: Resolver | None = None) -> None:
        self.source = source
        """The file as it was read."""
        self.resolver = resolver
        self._library = library
        self._units = units
        here = library.main.namespace
        mine = [unit for key, unit in units.by_key.items() if key[0] == here]
        self.decisions: Mapping[str, Decision] = {
            unit.where.decision: Decision(self, unit) for unit in mine if isinstance(unit, DecisionUnit)
        }
        """The file's decisions by name (by id where they have no name), in the order of the file."""
        self._by_id = {decision.id: decision for decision in self.decisions.values()}
        self._invocables = {unit.where.decision: unit for unit in mine if isinstance(unit, ServiceUnit | KnowledgeUnit)}
        self._declared = frozenset(
            name
            for unit in units.by_key.values()
            if isinstance(unit, InputUnit)
            for name in (unit.element.name, unit.element.variable.name)
        )

    def __reduce__(self) -> tuple[object, ...]:
        """What the files say is pickled; compiled code can't be, and is made anew."""
        return _compiled_again, (self._library, self.source, self.resolver)

    @property
    def definitions(self) -> model.Definitions:
        """What the file says, as data."""
        return self._library.main

    def decision(self, name_or_id: str) -> Decision:
        """The decision with this name, else with this id. Raises TableError (`unknown_decision`)."""
        if not isinstance(name_or_id, str):
            raise UsageError(f"a decision has a name, not `{type(name_or_id).__name__}`")
        found = self.decisions.get(name_or_id) or self._by_id.get(name_or_id)
        if found is not None:
            return found
        known = [*self.decisions, *(identifier for identifier in self._by_id if identifier)]
        listed = ", ".join(f"`{name}`" for name in list(self.decisions)[:_LISTED])
        raise TableError(
            f"no decision `{name_or_id}`{did_you_mean(name_or_id, known)}",
            code="unknown_decision",
            place=Place(self.definitions.file),
            hint=f"the file has {listed}" if listed else "the file has no decisions",
        )

    def evaluate(
        self,
        name_or_id: str,
        inputs: Inputs,
        *,
        now: datetime | None = None,
        trace: bool = True,
        overrides: Mapping[str, object] | None = None,
    ) -> Result:
        """Evaluate a decision after those that it requires, each once.

        Inputs are by name: a mapping, a dataclass or a pydantic model. ``overrides`` gives values for decisions (by
        name or id) in place of their logic; ``now`` is what FEEL's ``now()`` answers. Without ``trace`` the result has
        value and notices only.
        Raises TableError for what the author has to mend: an error of FEEL, under Camunda a hit policy that the
        matched rules contradict.
        """
        return self.decision(name_or_id).evaluate(inputs, now=now, trace=trace, overrides=overrides)

    def invoke(self, name: str, arguments: Inputs, *, now: datetime | None = None) -> object:
        """Call a decision service or business knowledge model with its arguments by name.

        A parameter that is left out is null. Raises TableError (`unknown_service`, `unknown_parameter`).
        """
        unit = self._invocable(name)
        run = Run(unit.types, now=now)
        with _guarded(unit):
            function = self._function(unit, run)
            given = named_values(arguments)
            _check_parameters(function, given, unit)
            values = {name: from_python(given.get(name)) for name in function.parameters}
            return to_python(function.body(values, run.evaluation), unit.types.limits.size)

    def parameters(self, name: str) -> tuple[str, ...]:
        """The parameters of a decision service or business knowledge model. Raises TableError (`unknown_service`)."""
        unit = self._invocable(name)
        return self._function(unit, Run(unit.types)).parameters

    def _invocable(self, name: str) -> Unit:
        unit = self._invocables.get(name)
        if unit is None:
            message = f"no decision service or business knowledge model `{name}`{did_you_mean(name, self._invocables)}"
            raise TableError(message, code="unknown_service", place=Place(self.definitions.file))
        return unit

    def _function(self, unit: Unit, run: Run) -> Function:
        return Execution(self._units, run, {}, given={}, ambient={}, trace=False).function(unit.key)

    @property
    def units(self) -> Mapping[Key, AnyUnit]:
        """All compiled elements, also those of imported models."""
        return self._units.by_key

    @property
    def declared(self) -> frozenset[str]:
        """The names of input data: only decisions that require it see it."""
        return self._declared

    def references(self) -> Iterator[ScopedReference]:
        """Every path that any expression reads: where, what, and where its first name comes from."""
        return iter(self._units.references)

    def execution(
        self,
        inputs: Inputs,
        run: Run,
        *,
        trace: bool,
        overrides: Mapping[str, object] | None = None,
    ) -> Execution:
        """An evaluation of this model that is about to begin."""
        values: dict[str, Value] = {name: from_python(value) for name, value in named_values(inputs).items()}
        given: dict[Key, Value] = {
            self.decision(name).key: from_python(value) for name, value in (overrides or {}).items()
        }
        return Execution(self._units, run, values, given=given, ambient=self._ambient(values), trace=trace)

    def _ambient(self, inputs: Mapping[str, Value]) -> Mapping[str, Value]:
        """What every decision sees: under Camunda all inputs, else those that the model doesn't declare."""
        if self.definitions.dialect == "camunda":
            return inputs
        return {name: value for name, value in inputs.items() if name not in self._declared}


def _compiled_again(library: Library, source: bytes, resolver: Resolver | None) -> Model:
    return Model(library, compile_units(library, Problems()), source, resolver=resolver)


_LISTED = 10


class Decision:
    """A decision of a model, ready to be evaluated."""

    def __init__(self, owner: Model, unit: DecisionUnit) -> None:
        self._model = owner
        self._unit = unit
        self._fast: Program | None = None
        self._traced: Callable[..., Result] | None = None
        self._batch: Batch | None = None

    def __reduce__(self) -> tuple[object, ...]:
        """A decision is pickled with its model."""
        return _decision_of, (self._model, self.name)

    @property
    def key(self) -> Key:
        """Namespace and id."""
        return self._unit.key

    @property
    def name(self) -> str:
        """The name; the id where there is none."""
        return self._unit.where.decision

    @property
    def id(self) -> str:
        """The id; empty when the file gives none."""
        return self._unit.element.id

    @property
    def element(self) -> model.Decision:
        """What the file says, as data."""
        return self._unit.element

    def value(self, inputs: Inputs, *, now: datetime | None = None) -> object:
        """The value alone, without a trace: the fast path.

        Inputs that the decision doesn't read aren't looked at.
        """
        return self._fast_value()(inputs, now=now)

    def _fast_value(self) -> Program:
        """The fast path, made once; from then on it also stands in place of the method that comes here."""
        if self._fast is None:
            made = program(self._unit, self._model.units, self._model.declared, otherwise=self._value)
            self._fast = self.__dict__["value"] = made or self.value_in_full
        return self._fast

    def values(self, rows: Rows, *, now: datetime | None = None) -> Any:
        """The values for many rows.

        Records give a list of values. Columns by name, and tables of Arrow, pandas or polars, give the outputs as
        columns too: lists by output name, or one list where a value has no names; missing data of a data frame is
        null, and so is every output of a row that no rule matches. Raises what `value` raises.
        """
        if self._batch is None:
            self._batch = Batch(self._unit, self._model.units, self._model.declared, self._fast_value())
        return self._batch.values(rows, now=now)

    def value_in_full(self, inputs: Inputs, *, now: datetime | None = None) -> object:
        """The value alone, the long way: what the fast path comes back to in doubt."""
        return self.evaluate_in_full(inputs, now=now, trace=False).value

    def _value(self, inputs: Inputs, now: datetime | None) -> object:
        return self.value_in_full(inputs, now=now)

    def evaluate(
        self,
        inputs: Inputs,
        *,
        now: datetime | None = None,
        trace: bool = True,
        overrides: Mapping[str, object] | None = None,
    ) -> Result:
        """The value with its trace; see `Model.evaluate`."""
        if trace and not overrides:
            return self._fast_trace()(inputs, now=now)
        return self.evaluate_in_full(inputs, now=now, trace=trace, overrides=overrides)

    def _fast_trace(self) -> Callable[..., Result]:
        if self._traced is None:
            way: Callable[..., Any] | None = traced_program(
                self._unit, self._model.units, self._model.declared, otherwise=self._trace
            )
            self._traced = way or self.evaluate_in_full
        return self._traced

    def _trace(self, inputs: Inputs, now: datetime | None) -> Result:
        return self.evaluate_in_full(inputs, now=now)

    def evaluate_in_full(
        self,
        inputs: Inputs,
        *,
        now: datetime | None = None,
        trace: bool = True,
        overrides: Mapping[str, object] | None = None,
    ) -> Result:
        """The same, the long way: what the fast path comes back to in doubt."""
        run = Run(self._unit.types, now=now)
        with _guarded(self._unit):
            execution = self._model.execution(inputs, run, trace=trace, overrides=overrides)
            value = execution.value(self.key)
            results = execution.results
            mine = results.pop(self.key, None) or Result(self._plain(value), decision=self.name)
        required = {result.decision: result for result in results.values()}
        return replace(mine, notices=tuple(run.notices), required=required)

    def _plain(self, value: Value) -> object:
        return to_python(value, self._unit.types.limits.size)

    def explain(self, inputs: Inputs, *, now: datetime | None = None) -> Explanation:
        """Every rule's cells, met or not, and the rule that came nearest; without rules when this is no table."""
        run = Run(self._unit.types, now=now)
        with _guarded(self._unit):
            execution = self._model.execution(inputs, run, trace=False)
            return explain(self._unit, execution.scope(self._unit), run)


def _check_parameters(function: Function, arguments: Mapping[str, object], unit: Unit) -> None:
    for name in arguments:
        if name not in function.parameters:
            near = did_you_mean(name, function.parameters)
            message = f"`{unit.where.decision}` has no parameter `{name}`{near}"
            raise TableError(message, code="unknown_parameter", place=Place(unit.where.file))


def _decision_of(owner: Model, name: str) -> Decision:
    return owner.decision(name)


@contextmanager
def _guarded(unit: Unit) -> Iterator[None]:
    """Values, and functions that call each other, may go deeper in Python than FEEL's own limits can see."""
    try:
        yield
    except RecursionError as error:
        message = "a value is nested too deeply, or functions call each other too deeply"
        raise FeelError(message, code="feel_limit", place=unit.where.place()) from error
