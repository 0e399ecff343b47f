"""Compile every element of a library: decisions, business knowledge models, decision services."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from dmnroute.dmn import model
from dmnroute.dmn.compile import Compiler
from dmnroute.dmn.places import Where
from dmnroute.dmn.requirements import Requirement, check_cycles, requirements, visible_names
from dmnroute.dmn.scope import Origin, Scope, ScopedReference
from dmnroute.dmn.types import Allowed, Types
from dmnroute.dmn.unary_tests import meets
from dmnroute.dmn.walk import expressions
from dmnroute.errors import FeelError, Place
from dmnroute.feel import unary_tests as compile_tests

if TYPE_CHECKING:
    from dmnroute.dmn.compiled import FunctionLogic, Logic
    from dmnroute.dmn.library import Key, Library
    from dmnroute.dmn.problems import Problems


@dataclass(frozen=True, slots=True)
class Unit:
    """What all compiled elements have."""

    key: Key
    where: Where
    types: Types
    required: tuple[Requirement, ...]


@dataclass(frozen=True, slots=True)
class InputUnit(Unit):
    """Input data."""

    element: model.InputData


@dataclass(frozen=True, slots=True)
class DecisionUnit(Unit):
    """A decision with its logic."""

    element: model.Decision
    logic: Logic
    scope: Scope


@dataclass(frozen=True, slots=True)
class KnowledgeUnit(Unit):
    """A business knowledge model; its function needs a scope to live in."""

    element: model.BusinessKnowledgeModel
    function: FunctionLogic


@dataclass(frozen=True, slots=True)
class ServiceUnit(Unit):
    """A decision service: the keys of what goes in, in the order of its parameters, and of what comes out."""

    element: model.DecisionService
    inputs: tuple[Key, ...]
    outputs: tuple[Key, ...]


AnyUnit: TypeAlias = InputUnit | DecisionUnit | KnowledgeUnit | ServiceUnit


@dataclass(frozen=True, slots=True)
class Units:
    """All elements that were compiled, and what they read."""

    by_key: Mapping[Key, AnyUnit]
    references: tuple[ScopedReference, ...]


def compile_units(library: Library, problems: Problems) -> Units:
    """Compile everything; what can't be compiled is a problem of the file, the rest goes on."""
    required = {key: requirements(element, key[0], library, problems) for key, element in library.elements.items()}
    decisions = {key: needs for key, needs in required.items() if isinstance(library.elements[key], model.Decision)}
    check_cycles(decisions, library, problems)
    references: list[ScopedReference] = []
    vocabulary = frozenset(name for name in _names(library) if not re.fullmatch(r"\w+", name))
    types = {namespace: _types(library, namespace, problems) for namespace in library.models}
    units = {}
    for key, element in library.elements.items():
        definitions = library.models[key[0]]
        where = Where(definitions.file, element.name or element.id)
        compiler = Compiler(where, definitions.dialect, types[key[0]], vocabulary, problems, references)
        units[key] = _unit(compiler, key, element, required[key], library)
    return Units(units, tuple(references))


def _unit(
    compiler: Compiler, key: Key, element: model.DRGElement, required: tuple[Requirement, ...], library: Library
) -> AnyUnit:
    scope = Scope()
    for requirement in required:
        scope = scope.with_names(requirement.visible, requirement.origin)
    common = (key, compiler.where, compiler.types, required)
    match element:
        case model.InputData():
            return InputUnit(*common, element)
        case model.Decision():
            logic = compiler.expression(element.expression, scope)
            what = f"decision `{element.name or element.id}`"
            return DecisionUnit(*common, element, compiler.typed(logic, element.variable.type_ref, what), scope)
        case model.BusinessKnowledgeModel():
            return KnowledgeUnit(*common, element, _function(compiler, element, scope))
        case model.DecisionService():
            return _service(common, element, key[0], library)


def _function(compiler: Compiler, element: model.BusinessKnowledgeModel, scope: Scope) -> FunctionLogic:
    """The function sees the elements that it requires, and itself. Camunda doesn't look at the type of its value."""
    scope = scope.with_names(visible_names(element), Origin.KNOWLEDGE)
    logic = element.encapsulated_logic or model.FunctionDefinition()
    function = compiler.function(logic, scope, name=element.name)
    definition = compiler.types.definitions.get(element.variable.type_ref)
    if compiler.camunda or (definition is not None and definition.is_function):
        return function
    return function.returning(element.variable.type_ref)


def _service(
    common: tuple[Key, Where, Types, tuple[Requirement, ...]],
    element: model.DecisionService,
    namespace: str,
    library: Library,
) -> ServiceUnit:
    def keys(references: tuple[model.Reference, ...]) -> tuple[Key, ...]:
        found = (library.find(reference, namespace) for reference in references)
        return tuple(key for key in found if key is not None)

    inputs = keys(element.input_data) + keys(element.input_decisions)
    return ServiceUnit(*common, element, inputs, keys(element.output_decisions))


def _names(library: Library) -> Iterator[str]:
    """All names of a model that may stand after a dot or in a context."""
    for definitions in library.models.values():
        for item in definitions.item_definitions:
            yield from _component_names(item)
        yield from (imported.name for imported in definitions.imports)
        for element in definitions.elements:
            if len(library.models) > 1:
                yield element.name
            for expression in expressions(element):
                yield from _expression_names(expression)


def _component_names(item: model.ItemDefinition) -> Iterator[str]:
    for component in item.item_components:
        yield component.name
        yield from _component_names(component)


def _expression_names(expression: model.Expression) -> Iterator[str]:
    match expression:
        case model.Context():
            yield from (entry.variable.name for entry in expression.entries if entry.variable is not None)
        case model.Relation():
            yield from (column.name for column in expression.columns)
        case model.DecisionTable():
            yield from (clause.name or clause.label for clause in expression.outputs)


def _types(library: Library, namespace: str, problems: Problems) -> Types:
    """The types of one model, with their allowed values compiled."""
    definitions = dict(library.item_definitions(namespace))
    dialect = library.models[namespace].dialect
    allowed: dict[str, Allowed] = {}
    for item in definitions.values():
        for part in _with_components(item):
            for text in _constraints(part):
                if text in allowed:
                    continue
                place = Where(library.models[namespace].file).place(column=f"type `{part.name}`", text=text)
                tests = _allowed(text, dialect, place, problems)
                if tests is not None:
                    allowed[text] = tests
    return Types(definitions, allowed, dialect == "camunda", library.limits)


def _constraints(item: model.ItemDefinition) -> Iterator[str]:
    for tests in (item.allowed_values, item.type_constraint):
        if tests is not None:
            yield tests.text


def _with_components(item: model.ItemDefinition) -> Iterator[model.ItemDefinition]:
    yield item
    for component in item.item_components:
        yield from _with_components(component)


def _allowed(text: str, dialect: model.Dialect, place: Place, problems: Problems) -> Allowed | None:
    try:
        tests = compile_tests(text, dialect=dialect, place=place)
    except FeelError as error:
        problems.errors.append(error)
        return None

    return partial(meets, tests)
