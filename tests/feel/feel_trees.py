"""Random syntax trees, for properties."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import strategies as st

from dmnroute.feel import ast
from dmnroute.source import Span

_HERE = Span(0, 0)
NAMES = st.sampled_from(["a", "b", "order", "?", "first name", "Größe", "item", "x-y"])
_WORDS = st.sampled_from(["a", "b", "key", "first name", "x+y"])
_TYPES = st.sampled_from(
    [
        ast.NamedType(_HERE, "number"),
        ast.NamedType(_HERE, "date and time"),
        ast.ListType(_HERE, ast.NamedType(_HERE, "string")),
        ast.ContextType(_HERE, (("a", ast.NamedType(_HERE, "Any")),)),
        ast.FunctionType(_HERE, (ast.NamedType(_HERE, "number"),), ast.RangeType(_HERE, ast.NamedType(_HERE, "date"))),
    ]
)
_LEAVES = st.one_of(
    st.just(ast.Null(_HERE)),
    st.builds(ast.Boolean, st.just(_HERE), st.booleans()),
    st.builds(ast.Number, st.just(_HERE), st.decimals(0, Decimal(10) ** 12, allow_nan=False, places=3).map(abs)),
    st.builds(ast.String, st.just(_HERE), st.text(st.characters(exclude_categories=["Cs"]), max_size=8)),
    st.just(ast.AtLiteral(_HERE, "2024-02-29")),
    st.builds(ast.Name, st.just(_HERE), NAMES),
)


def _larger(node: st.SearchStrategy[ast.Node]) -> st.SearchStrategy[ast.Node]:
    here = st.just(_HERE)
    several = st.lists(node, max_size=3).map(tuple)
    iterators = st.lists(
        st.builds(ast.Iterator, here, _WORDS, node | st.builds(ast.IterationRange, here, node, node)),
        min_size=1,
        max_size=2,
    ).map(tuple)
    operands = st.lists(node, min_size=2, max_size=3).map(tuple)
    comparison = st.sampled_from(["=", "!=", "<", "<=", ">", ">="])
    tests = st.lists(node | st.builds(ast.ComparisonTest, here, comparison, node), min_size=1, max_size=2)
    parameters = st.lists(
        st.builds(ast.Parameter, here, _WORDS, st.none() | _TYPES), max_size=2, unique_by=lambda p: p.name
    ).map(tuple)
    return st.one_of(
        st.builds(ast.ListLiteral, here, several),
        st.builds(
            ast.ContextLiteral,
            here,
            st.lists(st.builds(ast.ContextEntry, here, _WORDS, node), max_size=3).map(tuple),
        ),
        st.builds(ast.RangeLiteral, here, node, node, st.booleans(), st.booleans()),
        st.builds(ast.ComparisonRange, here, comparison, node),
        st.builds(ast.FunctionDefinition, here, parameters, node),
        st.builds(ast.Path, here, node, _WORDS),
        st.builds(ast.Filter, here, node, node),
        st.builds(ast.Invocation, here, node, several),
        st.builds(
            ast.Invocation,
            here,
            node,
            st.lists(st.builds(ast.NamedArgument, here, _WORDS, node), min_size=1, max_size=2).map(tuple),
        ),
        st.builds(ast.Negation, here, node),
        st.builds(ast.Arithmetic, here, st.sampled_from(["+", "-", "*", "/", "**"]), node, node),
        st.builds(ast.Comparison, here, comparison, node, node),
        st.builds(ast.Between, here, node, node, node),
        st.builds(ast.In, here, node, tests.map(tuple)),
        st.builds(ast.InstanceOf, here, node, _TYPES),
        st.builds(ast.Conjunction, here, operands),
        st.builds(ast.Disjunction, here, operands),
        st.builds(ast.If, here, node, node, node),
        st.builds(ast.For, here, iterators, node),
        st.builds(ast.Quantified, here, st.sampled_from(["some", "every"]), iterators, node),
    )


TREES: st.SearchStrategy[ast.Node] = st.recursive(_LEAVES, _larger, max_leaves=12)
