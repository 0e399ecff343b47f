"""The DMN metamodel (DMN 1.5, chapters 6 to 10) as frozen data, with the standard's names.

What a file says, nothing more: no expression is compiled here and no reference is resolved. Every element
keeps its id and its line in the file, so that errors, the console and ``diff`` can point at it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, TypeAlias

Dialect: TypeAlias = Literal["dmn", "camunda"]


class BuiltinAggregator(StrEnum):
    """What COLLECT makes of the outputs of all matched rules (DMN 1.5, 8.2.10)."""

    SUM = "SUM"
    COUNT = "COUNT"
    MIN = "MIN"
    MAX = "MAX"


class HitPolicyName(StrEnum):
    """Which of several matching rules count (DMN 1.5, 8.2.10)."""

    UNIQUE = "UNIQUE"
    FIRST = "FIRST"
    PRIORITY = "PRIORITY"
    ANY = "ANY"
    COLLECT = "COLLECT"
    RULE_ORDER = "RULE ORDER"
    OUTPUT_ORDER = "OUTPUT ORDER"


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """What all elements have: an id (empty when the file gives none), texts, and the line in the file."""

    id: str = ""
    name: str = ""
    label: str = ""
    description: str = ""
    line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InformationItem(Element):
    """A named value: the variable of a decision, a parameter, a context entry's name."""

    type_ref: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LiteralExpression(Element):
    """A FEEL expression as text."""

    text: str = ""
    type_ref: str = ""
    expression_language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnaryTests(Element):
    """The text of an input entry, or of allowed values."""

    text: str = ""
    expression_language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class InputClause(Element):
    """A column of conditions: what is looked at, and which values it may have."""

    input_expression: LiteralExpression
    input_values: UnaryTests | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputClause(Element):
    """A column of results; the order of ``output_values`` is the priority of its values."""

    type_ref: str = ""
    output_values: UnaryTests | None = None
    default_output_entry: LiteralExpression | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRule(Element):
    """A row: one entry per column, in the order of the columns."""

    input_entries: tuple[UnaryTests, ...] = ()
    output_entries: tuple[LiteralExpression, ...] = ()
    annotations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionTable(Element):
    """Rules over inputs, and the policy that says what several matches mean."""

    hit_policy: HitPolicyName = HitPolicyName.UNIQUE
    aggregation: BuiltinAggregator | None = None
    output_label: str = ""
    inputs: tuple[InputClause, ...] = ()
    outputs: tuple[OutputClause, ...] = ()
    annotations: tuple[str, ...] = ()
    """The names of the annotation columns."""
    rules: tuple[DecisionRule, ...] = ()
    type_ref: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """A parameter of an invocation and the expression that fills it."""

    parameter: InformationItem
    expression: Expression | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation(Element):
    """A call of a business knowledge model, decision service or function."""

    called_function: Expression | None = None
    bindings: tuple[Binding, ...] = ()
    type_ref: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextEntry:
    """A named value of a context; the entry without a name is the context's result."""

    variable: InformationItem | None = None
    expression: Expression | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Context(Element):
    """Entries from the top down; each sees those above it."""

    entries: tuple[ContextEntry, ...] = ()
    type_ref: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class List(Element):
    """A list of expressions."""

    elements: tuple[Expression, ...] = ()
    type_ref: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation(Element):
    """A list of contexts, written as a grid."""

    columns: tuple[InformationItem, ...] = ()
    rows: tuple[List, ...] = ()
    type_ref: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionDefinition(Element):
    """Parameters and a body; ``kind`` is FEEL, Java or PMML (only FEEL can be evaluated)."""

    formal_parameters: tuple[InformationItem, ...] = ()
    body: Expression | None = None
    kind: str = "FEEL"
    type_ref: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditional(Element):
    """A boxed ``if`` (DMN 1.4)."""

    condition: Expression
    then: Expression
    otherwise: Expression
    type_ref: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter(Element):
    """A boxed filter of a list (DMN 1.4)."""

    collection: Expression
    match: Expression
    type_ref: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Iterator(Element):
    """A boxed ``for``, ``some`` or ``every`` (DMN 1.4)."""

    kind: Literal["for", "some", "every"]
    variable: str
    collection: Expression
    body: Expression
    type_ref: str = ""


Expression: TypeAlias = (
    DecisionTable
    | LiteralExpression
    | Invocation
    | Context
    | List
    | Relation
    | FunctionDefinition
    | Conditional
    | Filter
    | Iterator
)


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference to an element: its id, and its model's namespace when that is another model."""

    id: str
    namespace: str = ""
    line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InformationRequirement:
    """A decision needs an input or another decision's result."""

    required_input: Reference | None = None
    required_decision: Reference | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KnowledgeRequirement:
    """A decision or business knowledge model calls another's logic."""

    required_knowledge: Reference


@dataclass(frozen=True, slots=True, kw_only=True)
class InputData(Element):
    """Data that comes from outside."""

    variable: InformationItem


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision(Element):
    """A question, its requirements, and the logic that answers it (None: answered by people only)."""

    variable: InformationItem
    question: str = ""
    allowed_answers: str = ""
    information_requirements: tuple[InformationRequirement, ...] = ()
    knowledge_requirements: tuple[KnowledgeRequirement, ...] = ()
    expression: Expression | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BusinessKnowledgeModel(Element):
    """Logic that decisions share, as a function."""

    variable: InformationItem
    encapsulated_logic: FunctionDefinition | None = None
    knowledge_requirements: tuple[KnowledgeRequirement, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionService(Element):
    """Decisions offered together as one function."""

    variable: InformationItem
    output_decisions: tuple[Reference, ...] = ()
    encapsulated_decisions: tuple[Reference, ...] = ()
    input_decisions: tuple[Reference, ...] = ()
    input_data: tuple[Reference, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemDefinition(Element):
    """A type: another type restricted, a collection, a structure, or a function's type."""

    type_ref: str = ""
    allowed_values: UnaryTests | None = None
    """What a value may be; of a collection, what each item may be."""
    type_constraint: UnaryTests | None = None
    """What a value may be; of a collection, what all of it may be."""
    is_collection: bool = False
    item_components: tuple[ItemDefinition, ...] = ()
    is_function: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Import(Element):
    """Another model that this one uses; its elements are named with the import's name before a dot."""

    namespace: str = ""
    location_uri: str = ""
    import_type: str = ""


DRGElement: TypeAlias = InputData | Decision | BusinessKnowledgeModel | DecisionService


@dataclass(frozen=True, slots=True, kw_only=True)
class Definitions(Element):
    """A whole file."""

    namespace: str = ""
    exporter: str = ""
    execution_platform: str = ""
    dialect: Dialect = "dmn"
    version: str = ""
    """The version of the standard: `1.3`, …"""
    file: str = ""
    imports: tuple[Import, ...] = ()
    item_definitions: tuple[ItemDefinition, ...] = ()
    elements: tuple[DRGElement, ...] = ()

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """The decisions in the order of the file."""
        return tuple(element for element in self.elements if isinstance(element, Decision))
