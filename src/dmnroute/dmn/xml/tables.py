"""Read decision tables (DMN 1.5, chapter 8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmnroute.dmn import model
from dmnroute.dmn.xml.rules import RuleReader
from dmnroute.dmn.xml.texts import literal_expression, node_type, unary_tests
from dmnroute.errors import did_you_mean

if TYPE_CHECKING:
    from dmnroute.dmn.places import Where
    from dmnroute.dmn.problems import Problems
    from dmnroute.dmn.xml.nodes import Node


def read_table(node: Node, where: Where, problems: Problems) -> model.DecisionTable:
    """A whole table; what is wrong in it goes to the problems."""
    reader = RuleReader(node.namespace, where, problems)
    return model.DecisionTable(
        **node.basics(),
        hit_policy=_hit_policy(node, where, problems),
        aggregation=_aggregation(node, where, problems),
        output_label=node.get("outputLabel"),
        inputs=tuple(_input(child, where, problems) for child in node.children("input")),
        outputs=tuple(_output(child, where, problems) for child in node.children("output")),
        annotations=tuple(child.get("name") for child in node.children("annotation")),
        rules=tuple(reader.rule(child.element, number) for number, child in enumerate(node.children("rule"), start=1)),
        type_ref=node_type(node),
    )


def _hit_policy(node: Node, where: Where, problems: Problems) -> model.HitPolicyName:
    written = node.get("hitPolicy") or "UNIQUE"
    known = [policy.value for policy in model.HitPolicyName]
    if written in known:
        return model.HitPolicyName(written)
    problems.add(
        "hit_policy",
        f"unknown hit policy `{written}`{did_you_mean(written.upper(), known)}",
        place=where.place(),
        hint=f"hit policies are {', '.join(known)}",
    )
    return model.HitPolicyName.UNIQUE


def _aggregation(node: Node, where: Where, problems: Problems) -> model.BuiltinAggregator | None:
    written = node.get("aggregation")
    known = [aggregator.value for aggregator in model.BuiltinAggregator]
    if not written:
        return None
    if written in known:
        return model.BuiltinAggregator(written)
    problems.add(
        "hit_policy",
        f"unknown aggregation `{written}`{did_you_mean(written.upper(), known)}",
        place=where.place(),
        hint=f"aggregations are {', '.join(known)}",
    )
    return None


def _input(node: Node, where: Where, problems: Problems) -> model.InputClause:
    expression = node.child("inputExpression")
    literal = model.LiteralExpression(line=node.line)
    return model.InputClause(
        **node.basics(),
        input_expression=literal if expression is None else literal_expression(expression, where, problems),
        input_values=unary_tests(node.child("inputValues")),
    )


def _output(node: Node, where: Where, problems: Problems) -> model.OutputClause:
    default = node.child("defaultOutputEntry")
    return model.OutputClause(
        **node.basics(),
        type_ref=node_type(node),
        output_values=unary_tests(node.child("outputValues")),
        default_output_entry=None if default is None else literal_expression(default, where, problems),
    )
