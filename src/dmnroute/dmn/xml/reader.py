"""Read a DMN file: definitions, item definitions, requirements graph (DMN 1.5, chapters 6 and 7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmnroute.dmn import model
from dmnroute.dmn.places import Where
from dmnroute.dmn.xml.boxed import BoxedReader
from dmnroute.dmn.xml.document import parse
from dmnroute.dmn.xml.namespaces import DMN_VERSIONS, MODELER
from dmnroute.dmn.xml.nodes import Node
from dmnroute.dmn.xml.texts import feel_only, information_item, type_ref, unary_tests

if TYPE_CHECKING:
    from dmnroute.dmn.problems import Problems


def read(source: bytes | str, *, file: str, dialect: model.Dialect | None, problems: Problems) -> model.Definitions:
    """Read definitions; the dialect is the file's own unless given.

    Raises TableError for a file that can't be read at all; what is wrong inside goes to the problems.
    """
    root = parse(source, file=file)
    node = Node(root, str(root.tag)[1:].split("}")[0])
    platform = str(root.get(f"{{{MODELER}}}executionPlatform") or "")
    feel_only(node.get("expressionLanguage"), Where(file), problems)
    reader = _Reader(file, node.get("namespace"), problems)
    return model.Definitions(
        **node.basics(),
        namespace=node.get("namespace"),
        exporter=node.get("exporter"),
        execution_platform=platform,
        dialect=dialect or ("camunda" if platform == "Camunda Cloud" else "dmn"),
        version=DMN_VERSIONS[node.namespace],
        file=file,
        imports=tuple(_import(child) for child in node.children("import")),
        item_definitions=tuple(_item_definition(child) for child in node.children("itemDefinition")),
        elements=tuple(reader.elements(node)),
    )


class _Reader:
    def __init__(self, file: str, namespace: str, problems: Problems) -> None:
        self.file = file
        self.namespace = namespace
        self.problems = problems

    def elements(self, definitions: Node) -> list[model.DRGElement]:
        read_element = {
            "inputData": self.input_data,
            "decision": self.decision,
            "businessKnowledgeModel": self.business_knowledge_model,
            "decisionService": self.decision_service,
        }
        return [read_element[child.tag](child) for child in definitions if child.tag in read_element]

    def input_data(self, node: Node) -> model.DRGElement:
        return model.InputData(**node.basics(), variable=_variable(node))

    def decision(self, node: Node) -> model.DRGElement:
        boxed = self.boxed(node)
        return model.Decision(
            **node.basics(),
            variable=_variable(node),
            question=node.child_text("question"),
            allowed_answers=node.child_text("allowedAnswers"),
            information_requirements=tuple(self.information_requirements(node)),
            knowledge_requirements=tuple(self.knowledge_requirements(node)),
            expression=boxed.expression_in(node),
        )

    def business_knowledge_model(self, node: Node) -> model.DRGElement:
        logic = node.child("encapsulatedLogic")
        return model.BusinessKnowledgeModel(
            **node.basics(),
            variable=_variable(node),
            encapsulated_logic=None if logic is None else self.boxed(node).function_definition(logic),
            knowledge_requirements=tuple(self.knowledge_requirements(node)),
        )

    def decision_service(self, node: Node) -> model.DRGElement:
        return model.DecisionService(
            **node.basics(),
            variable=_variable(node),
            output_decisions=self.references(node, "outputDecision"),
            encapsulated_decisions=self.references(node, "encapsulatedDecision"),
            input_decisions=self.references(node, "inputDecision"),
            input_data=self.references(node, "inputData"),
        )

    def boxed(self, node: Node) -> BoxedReader:
        return BoxedReader(Where(self.file, node.get("name") or node.get("id")), self.problems)

    def information_requirements(self, node: Node) -> list[model.InformationRequirement]:
        found = []
        for requirement in node.children("informationRequirement"):
            required_input = requirement.child("requiredInput")
            required_decision = requirement.child("requiredDecision")
            found.append(
                model.InformationRequirement(
                    required_input=None if required_input is None else self.reference(required_input),
                    required_decision=None if required_decision is None else self.reference(required_decision),
                )
            )
        return found

    def knowledge_requirements(self, node: Node) -> list[model.KnowledgeRequirement]:
        required = [child.child("requiredKnowledge") for child in node.children("knowledgeRequirement")]
        return [
            model.KnowledgeRequirement(required_knowledge=self.reference(child))
            for child in required
            if child is not None
        ]

    def references(self, node: Node, tag: str) -> tuple[model.Reference, ...]:
        return tuple(self.reference(child) for child in node.children(tag))

    def reference(self, node: Node) -> model.Reference:
        """``#id`` in this model, ``namespace#id`` in another."""
        namespace, _, identifier = node.get("href").rpartition("#")
        return model.Reference(identifier, "" if namespace == self.namespace else namespace, node.line)


def _variable(node: Node) -> model.InformationItem:
    """The element's variable; without one, or without a name in it, the element's own name."""
    child = node.child("variable")
    if child is None:
        return model.InformationItem(line=node.line)
    return information_item(child)


def _import(node: Node) -> model.Import:
    return model.Import(
        **node.basics(),
        namespace=node.get("namespace"),
        location_uri=node.get("locationURI"),
        import_type=node.get("importType"),
    )


def _named_type(node: Node | None) -> str:
    return "" if node is None else type_ref(node.text(), node.element)


def _item_definition(node: Node) -> model.ItemDefinition:
    return model.ItemDefinition(
        **node.basics(),
        type_ref=_named_type(node.child("typeRef")),
        allowed_values=unary_tests(node.child("allowedValues")),
        type_constraint=unary_tests(node.child("typeConstraint")),
        is_collection=node.get("isCollection") in ("true", "1"),
        item_components=tuple(_item_definition(child) for child in node.children("itemComponent")),
        is_function=node.child("functionItem") is not None,
    )
