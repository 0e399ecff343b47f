"""Read what holds text: literal expressions, unary tests, named values, type references."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmnroute.dmn import model

if TYPE_CHECKING:
    from lxml import etree

    from dmnroute.dmn.places import Where
    from dmnroute.dmn.problems import Problems
    from dmnroute.dmn.xml.nodes import Node


def literal_expression(node: Node, where: Where, problems: Problems) -> model.LiteralExpression:
    """A FEEL expression; another expression language is a problem of the file."""
    return model.LiteralExpression(
        **node.basics(),
        text=node.child_text("text"),
        type_ref=node_type(node),
        expression_language=feel_only(node.get("expressionLanguage"), where, problems),
    )


def unary_tests(node: Node | None) -> model.UnaryTests | None:
    """Allowed values, if the node is there and isn't blank."""
    if node is None or not node.child_text("text"):
        return None
    return model.UnaryTests(**node.basics(), text=node.child_text("text"))


def information_item(node: Node) -> model.InformationItem:
    """A name and the type of its value."""
    return model.InformationItem(**node.basics(), type_ref=node_type(node))


def node_type(node: Node) -> str:
    """The type that an element says that its value has."""
    return type_ref(node.get("typeRef"), node.element)


def type_ref(text: str, element: etree._Element) -> str:
    """A type's name. DMN 1.1 writes qualified ones: ``feel:string``, and the prefix of a model's own namespace."""
    prefix, colon, name = text.partition(":")
    if not colon:
        return text
    namespace = element.nsmap.get(prefix)
    if prefix == "feel" or (namespace is not None and "/FEEL" in namespace):
        return name
    definitions = element.getroottree().getroot()
    if namespace is None:
        return text
    if namespace == definitions.get("namespace"):
        return name
    imported = (each.get("name") for each in definitions if each.get("namespace") == namespace)
    return next((f"{import_name}.{name}" if import_name else name for import_name in imported), text)


def feel_only(language: str, where: Where, problems: Problems, rule: int | None = None) -> str:
    """The expression language that an element names; one that isn't FEEL is a problem of the file."""
    if language and language.lower() != "feel" and "/feel" not in language.lower():
        problems.add(
            "expression_language",
            f"expression language `{language}` can't be evaluated",
            place=where.place(rule=rule),
            hint="expressions are written in FEEL; remove the attribute `expressionLanguage`",
        )
    return language
