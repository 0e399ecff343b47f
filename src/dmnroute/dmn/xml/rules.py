"""Read the rules of a table. A table may have a hundred thousand cells: each element is looked at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmnroute.dmn import model
from dmnroute.dmn.xml.nodes import text_of
from dmnroute.dmn.xml.texts import feel_only, type_ref

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lxml import etree

    from dmnroute.dmn.places import Where
    from dmnroute.dmn.problems import Problems


class RuleReader:
    """Reads rules; what is wrong in them goes to the problems."""

    def __init__(self, namespace: str, where: Where, problems: Problems) -> None:
        self._where = where
        self._problems = problems
        tags = ("inputEntry", "outputEntry", "annotationEntry", "description", "text")
        self._input, self._output, self._annotation, self._description, self._text = (
            f"{{{namespace}}}{tag}" for tag in tags
        )

    def rule(self, element: etree._Element, number: int) -> model.DecisionRule:
        """The rule with this number, from 1."""
        inputs, outputs, annotations, descriptions = [], [], [], []
        for child in element:
            tag = child.tag
            if tag == self._input:
                inputs.append(self._input_entry(child, number))
            elif tag == self._output:
                outputs.append(self._output_entry(child, number))
            elif tag == self._annotation:
                annotations.append(self._texts(child)[0])
            elif tag == self._description:
                descriptions.append(text_of(child))
        attributes = _attributes(element)
        return model.DecisionRule(
            id=attributes.get("id", ""),
            name=attributes.get("name", ""),
            label=attributes.get("label", ""),
            description=descriptions[0] if descriptions else "",
            line=element.sourceline,
            input_entries=tuple(inputs),
            output_entries=tuple(outputs),
            annotations=tuple(annotations),
        )

    def _input_entry(self, element: etree._Element, rule: int) -> model.UnaryTests:
        get = _attributes(element).get
        text, description = self._texts(element)
        language = get("expressionLanguage", "")
        return model.UnaryTests(
            id=get("id", ""),
            name=get("name", ""),
            label=get("label", ""),
            description=description,
            line=element.sourceline,
            text=text,
            expression_language=language and feel_only(language, self._where, self._problems, rule),
        )

    def _output_entry(self, element: etree._Element, rule: int) -> model.LiteralExpression:
        get = _attributes(element).get
        text, description = self._texts(element)
        language = get("expressionLanguage", "")
        return model.LiteralExpression(
            id=get("id", ""),
            name=get("name", ""),
            label=get("label", ""),
            description=description,
            line=element.sourceline,
            text=text,
            type_ref=type_ref(get("typeRef", ""), element),
            expression_language=language and feel_only(language, self._where, self._problems, rule),
        )

    def _texts(self, element: etree._Element) -> tuple[str, str]:
        """The first text and the first description inside; empty where there is none."""
        if len(element) == 1 and element[0].tag == self._text:
            return text_of(element[0]), ""
        found = {child.tag: text_of(child) for child in reversed(element) if isinstance(child.tag, str)}
        return found.get(self._text, ""), found.get(self._description, "")


_NONE: Mapping[str, str] = {}


def _attributes(element: etree._Element) -> Mapping[str, str]:
    """By name, without surrounding space."""
    items = element.items()
    return {str(name): str(value).strip() for name, value in items} if items else _NONE
