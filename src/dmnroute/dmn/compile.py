"""Turn expressions of the model into something that runs. Each FEEL text is compiled once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dmnroute.dmn import model
from dmnroute.dmn.compile_table import compile_table
from dmnroute.dmn.compiled import (
    ContextLogic,
    FunctionLogic,
    InvocationLogic,
    ListLogic,
    Literal,
    Logic,
    Null,
    RelationLogic,
    RepeatedKey,
    Typed,
)
from dmnroute.dmn.compiled_control import ConditionalLogic, FilterLogic, ForLogic, QuantifiedLogic
from dmnroute.dmn.scope import Scope, ScopedReference
from dmnroute.errors import FeelError
from dmnroute.feel import compile as compile_expression
from dmnroute.feel import unary_tests as compile_tests

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dmnroute.dmn.places import Where
    from dmnroute.dmn.problems import Problems
    from dmnroute.dmn.types import Types
    from dmnroute.errors import Place
    from dmnroute.feel import Reference, UnaryTests


@dataclass(frozen=True, slots=True)
class Compiler:
    """Compiles the expressions of one decision, business knowledge model or service."""

    where: Where
    dialect: model.Dialect
    types: Types
    vocabulary: frozenset[str]
    """Names with spaces or symbols that the model knows anywhere: parts of types, keys, columns."""
    problems: Problems
    references: list[ScopedReference]

    @property
    def camunda(self) -> bool:
        """Whether Camunda's rules hold."""
        return self.dialect == "camunda"

    def names(self, scope: Scope) -> Iterable[str]:
        """The names that the FEEL parser has to know."""
        return () if self.camunda else self.vocabulary | scope.names.keys()

    def expression(self, expression: model.Expression | None, scope: Scope) -> Logic:
        """Compile any expression; none at all is null."""
        match expression:
            case None:
                return Null()
            case model.DecisionTable():
                return self._typed(compile_table(self, expression, scope), expression)
            case model.LiteralExpression():
                return self._typed(
                    self.literal(expression.text, scope, self.where.place(text=expression.text)), expression
                )
            case model.Invocation():
                return self._typed(self._invocation(expression, scope), expression)
            case model.Context():
                return self._typed(self._context(expression, scope), expression)
            case model.List():
                items = tuple(self.expression(item, scope) for item in expression.elements)
                return self._typed(ListLogic(items), expression)
            case model.Relation():
                return self._typed(self._relation(expression, scope), expression)
            case model.FunctionDefinition():
                return self._typed(self.function(expression, scope), expression)
            case _:
                return self._typed(self._control(expression, scope), expression)

    def literal(self, text: str, scope: Scope, place: Place) -> Logic:
        """Compile a FEEL text; one that can't be read is a problem of the file. Empty text is null."""
        if not text:
            return Null()
        try:
            compiled = compile_expression(text, dialect=self.dialect, names=self.names(scope), place=place)
        except FeelError as error:
            self.problems.errors.append(error)
            return Null()
        self.note(compiled.references, scope, place)
        return Literal(compiled, replace(place, source=None, span=None))

    def unary_tests(self, text: str, scope: Scope, place: Place) -> UnaryTests | None:
        """Compile a cell of conditions; None when it is always met."""
        if text in ("", "-"):
            return None
        try:
            tests = compile_tests(text, dialect=self.dialect, names=self.names(scope), place=place)
        except FeelError as error:
            self.problems.errors.append(error)
            return None
        self.note(tests.references, scope, place)
        return tests

    def note(self, references: Iterable[Reference], scope: Scope, place: Place) -> None:
        """Keep what an expression reads, for the checks."""
        for reference in references:
            at = replace(place, span=reference.span)
            self.references.append(ScopedReference(at, reference, scope.origin(reference.names[0])))

    def typed(self, logic: Logic, type_ref: str, what: str) -> Logic:
        """The logic with its value held to a type."""
        if not type_ref or type_ref == "Any":
            return logic
        return Typed(logic, type_ref, self.types, what, self.where.place())

    def _typed(self, logic: Logic, expression: model.Expression) -> Logic:
        """Boxed expressions may state a type; Camunda looks at that of variables only."""
        if self.camunda or isinstance(expression, model.FunctionDefinition):
            return logic
        return self.typed(logic, expression.type_ref, "the value")

    def _context(self, context: model.Context, scope: Scope) -> Logic:
        entries: list[tuple[str, Logic]] = []
        for entry in context.entries:
            name = "" if entry.variable is None else entry.variable.name
            logic = self.expression(entry.expression, scope)
            if entry.variable is not None and not self.camunda:
                logic = self.typed(logic, entry.variable.type_ref, f"`{name}`")
            entries.append((name, logic))
            scope = scope.with_names([name] if name else [])
        names = [name for name, _ in entries if name]
        repeated = next((name for number, name in enumerate(names) if name in names[:number]), None)
        if repeated is not None and not self.camunda:
            return RepeatedKey(repeated, self.where.place())
        return ContextLogic(tuple(entries))

    def _relation(self, relation: model.Relation, scope: Scope) -> Logic:
        rows = []
        for number, row in enumerate(relation.rows, start=1):
            if len(row.elements) != len(relation.columns):
                cells, columns = _count(row.elements, "cell"), _count(relation.columns, "column")
                message = f"row {number} has {cells}, but the relation has {columns}"
                self.problems.add("cell_count", message, place=self.where.place(rule=number))
                continue
            rows.append(tuple(self.expression(cell, scope) for cell in row.elements))
        return RelationLogic(tuple(column.name for column in relation.columns), tuple(rows))

    def function(self, function: model.FunctionDefinition, scope: Scope, *, name: str = "") -> FunctionLogic:
        """Compile a function; only FEEL can be evaluated."""
        if function.kind != "FEEL":
            hint = "functions are written in FEEL"
            message = f"a function of kind `{function.kind}` can't be evaluated"
            self.problems.add("function_kind", message, place=self.where.place(), hint=hint)
        parameters = tuple((item.name, item.type_ref) for item in function.formal_parameters)
        inner = scope.with_names(parameter for parameter, _ in parameters)
        body = Null() if function.kind != "FEEL" else self.expression(function.body, inner)
        return FunctionLogic(name, parameters, body, self.types, self.where.place())

    def _invocation(self, invocation: model.Invocation, scope: Scope) -> Logic:
        called = self.expression(invocation.called_function, scope)
        bindings = tuple((item.parameter.name, self.expression(item.expression, scope)) for item in invocation.bindings)
        return InvocationLogic(called, bindings, self.types, self.where.place())

    def _control(self, expression: model.Conditional | model.Filter | model.Iterator, scope: Scope) -> Logic:
        if isinstance(expression, model.Conditional):
            parts = (expression.condition, expression.then, expression.otherwise)
            condition, then, otherwise = (self.expression(part, scope) for part in parts)
            return ConditionalLogic(condition, then, otherwise, self.where.place())
        collection = self.expression(expression.collection, scope)
        place = self.where.place()
        if isinstance(expression, model.Filter):
            inner = scope.with_names([*self.vocabulary, "item"])
            return FilterLogic(collection, self.expression(expression.match, inner), place)
        variable = expression.variable
        names = [variable, "partial"] if expression.kind == "for" else [variable]
        read_before = len(self.references)
        body = self.expression(expression.body, scope.with_names(names))
        if expression.kind == "for":
            reads_partial = any(each.reference.names[0] == "partial" for each in self.references[read_before:])
            return ForLogic(variable, collection, body, place, reads_partial)
        return QuantifiedLogic(expression.kind == "every", variable, collection, body, place)


def _count(things: Sequence[object], name: str) -> str:
    return f"{len(things)} {name}{'' if len(things) == 1 else 's'}"
