"""Read boxed expressions (DMN 1.5, chapters 7.3, 8 and 10.2.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmnroute.dmn import model
from dmnroute.dmn.xml.tables import read_table
from dmnroute.dmn.xml.texts import information_item, literal_expression, node_type

if TYPE_CHECKING:
    from dmnroute.dmn.places import Where
    from dmnroute.dmn.problems import Problems
    from dmnroute.dmn.xml.nodes import Node

BOXED = (
    "literalExpression",
    "decisionTable",
    "invocation",
    "context",
    "list",
    "relation",
    "functionDefinition",
    "conditional",
    "filter",
    "for",
    "some",
    "every",
)


class BoxedReader:
    """Reads the expressions of one decision or business knowledge model."""

    def __init__(self, where: Where, problems: Problems) -> None:
        self.where = where
        self.problems = problems

    def expression_in(self, node: Node) -> model.Expression | None:
        """The expression that is a direct child of a node, if there is one."""
        child = node.child(*BOXED)
        return None if child is None else self.expression(child)

    def required_expression_in(self, node: Node | None, what: str) -> model.Expression:
        """The expression in a node; its absence is a problem of the file."""
        found = None if node is None else self.expression_in(node)
        if found is not None:
            return found
        self.problems.add("missing_expression", f"{what} has no expression", place=self.where.place())
        return model.LiteralExpression(text="null", line=node.line if node is not None else None)

    def expression(self, node: Node) -> model.Expression:
        """The expression that a node is."""
        match node.tag:
            case "literalExpression":
                return literal_expression(node, self.where, self.problems)
            case "decisionTable":
                return read_table(node, self.where, self.problems)
            case "invocation":
                return self.invocation(node)
            case "context":
                return self.context(node)
            case "list":
                return self.list(node)
            case "relation":
                return self.relation(node)
            case "functionDefinition":
                return self.function_definition(node)
            case "conditional":
                return self.conditional(node)
            case "filter":
                return self.filter(node)
            case _:
                return self.iterator(node)

    def invocation(self, node: Node) -> model.Invocation:
        """The called function, and a binding for each parameter."""
        return model.Invocation(
            **node.basics(),
            called_function=self.expression_in(node),
            bindings=tuple(self.binding(child) for child in node.children("binding")),
            type_ref=node_type(node),
        )

    def binding(self, node: Node) -> model.Binding:
        """A parameter and its expression."""
        parameter = node.child("parameter")
        item = model.InformationItem(line=node.line) if parameter is None else information_item(parameter)
        return model.Binding(parameter=item, expression=self.expression_in(node))

    def context(self, node: Node) -> model.Context:
        """The entries of a context in their order."""
        return model.Context(
            **node.basics(),
            entries=tuple(self.context_entry(child) for child in node.children("contextEntry")),
            type_ref=node_type(node),
        )

    def context_entry(self, node: Node) -> model.ContextEntry:
        """A name and its expression; the last entry may be without name."""
        variable = node.child("variable")
        item = None if variable is None else information_item(variable)
        return model.ContextEntry(variable=item, expression=self.expression_in(node))

    def list(self, node: Node) -> model.List:
        """The items of a list or of a relation's row."""
        return model.List(
            **node.basics(),
            elements=tuple(self.expression(child) for child in node if child.tag in BOXED),
            type_ref=node_type(node),
        )

    def relation(self, node: Node) -> model.Relation:
        """The columns and rows of a relation."""
        return model.Relation(
            **node.basics(),
            columns=tuple(information_item(child) for child in node.children("column")),
            rows=tuple(self.list(child) for child in node.children("row")),
            type_ref=node_type(node),
        )

    def function_definition(self, node: Node) -> model.FunctionDefinition:
        """Parameters and body, also of a business knowledge model."""
        return model.FunctionDefinition(
            **node.basics(),
            formal_parameters=tuple(information_item(child) for child in node.children("formalParameter")),
            body=self.expression_in(node),
            kind=node.get("kind") or "FEEL",
            type_ref=node_type(node),
        )

    def conditional(self, node: Node) -> model.Conditional:
        """``if``, ``then`` and ``else``, each with an expression."""
        return model.Conditional(
            **node.basics(),
            condition=self.required_expression_in(node.child("if"), "the `if` of a conditional"),
            then=self.required_expression_in(node.child("then"), "the `then` of a conditional"),
            otherwise=self.required_expression_in(node.child("else"), "the `else` of a conditional"),
            type_ref=node_type(node),
        )

    def filter(self, node: Node) -> model.Filter:
        """A list and the condition that its items must meet."""
        return model.Filter(
            **node.basics(),
            collection=self.required_expression_in(node.child("in"), "the `in` of a filter"),
            match=self.required_expression_in(node.child("match"), "the `match` of a filter"),
            type_ref=node_type(node),
        )

    def iterator(self, node: Node) -> model.Iterator:
        """``for … in … return``, ``some`` and ``every … in … satisfies``."""
        kind = node.tag
        body = "return" if kind == "for" else "satisfies"
        return model.Iterator(
            **node.basics(),
            kind="for" if kind == "for" else "some" if kind == "some" else "every",
            variable=node.get("iteratorVariable"),
            collection=self.required_expression_in(node.child("in"), f"the `in` of a `{kind}`"),
            body=self.required_expression_in(node.child(body), f"the `{body}` of a `{kind}`"),
            type_ref=node_type(node),
        )
