"""What the rules of the compiler share: constants, names for Python variables, scopes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dmnroute.feel.compiler import python
from dmnroute.feel.notices import Site

if TYPE_CHECKING:
    from dmnroute.feel import ast
    from dmnroute.feel.builtins.registry import Builtin
    from dmnroute.feel.compiler.python import Code
    from dmnroute.feel.dialect import Dialect


@dataclass(frozen=True, slots=True)
class Scope:
    """The names that an expression sees beyond the variables of its caller, from the inside out."""

    bindings: Mapping[str, str] = field(default_factory=dict)
    """FEEL name to Python variable."""
    item: str = ""
    """In a filter: the Python variable of the item, whose own keys are names too."""
    outer: Scope | None = None

    def binds(self, name: str) -> bool:
        """Tell whether the expression itself gives the name its meaning."""
        return name in self.bindings or (self.outer is not None and self.outer.binds(name))

    def inside(self, bindings: Mapping[str, str]) -> Scope:
        """A scope within this one that knows more names."""
        return Scope(bindings, outer=self)

    def in_filter(self, item: str) -> Scope:
        """A scope within this one where the keys of an item are names."""
        return Scope({"item": item}, item, self)


Rule = Callable[["Compiler", "ast.Node", Scope], "Code"]


class Compiler:
    """Compiles one expression."""

    def __init__(
        self,
        text: str,
        *,
        dialect: Dialect,
        builtins: Mapping[str, Builtin],
        rules: Mapping[type[ast.Node], Rule],
        runtime: Mapping[str, object],
    ) -> None:
        self.text = text
        self.dialect = dialect
        self.builtins = builtins
        self.namespace = dict(runtime)
        self._rules = rules
        self._count = 0

    def code(self, node: ast.Node, scope: Scope) -> Code:
        """The Python expression that evaluates the node."""
        return self._rules[type(node)](self, node, scope)

    def variable(self, prefix: str = "v") -> str:
        """A Python variable that nothing else uses."""
        self._count += 1
        return f"{prefix}{self._count}"

    def constant(self, value: object) -> Code:
        """A value that the compiled code carries with it; only the singletons stand in it literally."""
        if value is None or value is True or value is False:
            return python.constant(value)
        identifier = self.variable("k")
        self.namespace[identifier] = value
        return python.name(identifier)

    def site(self, node: ast.Node) -> Code:
        """The place of a node, for notices."""
        return self.constant(Site(node.span, self.text))

    def helper(self, function: str, node: ast.Node, *arguments: Code) -> Code:
        """A call of a runtime function, which gets the evaluation and the place too."""
        return python.call(function, *arguments, python.name("evaluation"), self.site(node))
