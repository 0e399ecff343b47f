"""Small DMN files for tests, written the short way."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape, quoteattr

NAMESPACE = "https://www.omg.org/spec/DMN/20191111/MODEL/"
CAMUNDA = ' xmlns:modeler="http://camunda.org/schema/modeler/1.0" modeler:executionPlatform="Camunda Cloud"'


def definitions(*parts: str, camunda: bool = False, namespace: str = NAMESPACE, model: str = "m") -> str:
    """A file with these elements."""
    platform = CAMUNDA if camunda else ""
    body = "\n".join(parts)
    attributes = f'xmlns="{namespace}" id="{model}" name="{model}" namespace="{model}"{platform}'
    return f"<definitions {attributes}>\n{body}\n</definitions>"


def literal(text: str) -> str:
    """A literal expression."""
    return f"<literalExpression><text>{escape(text)}</text></literalExpression>"


def decision(
    name: str, body: str, *, requires: Iterable[str] = (), inputs: Iterable[str] = (), knows: Iterable[str] = ()
) -> str:
    """A decision; its id is its name with `d_` before, and so are the ids that it requires."""
    needs = "".join(
        f'<informationRequirement><requiredInput href="#i_{name}"/></informationRequirement>' for name in inputs
    )
    needs += "".join(
        f'<informationRequirement><requiredDecision href="#d_{name}"/></informationRequirement>' for name in requires
    )
    needs += "".join(
        f'<knowledgeRequirement><requiredKnowledge href="#k_{name}"/></knowledgeRequirement>' for name in knows
    )
    return f'<decision id="d_{name}" name={quoteattr(name)}>{needs}{body}</decision>'


def input_data(name: str, type_ref: str = "") -> str:
    """Input data with its variable."""
    typed = f' typeRef="{type_ref}"' if type_ref else ""
    return f'<inputData id="i_{name}" name={quoteattr(name)}><variable name={quoteattr(name)}{typed}/></inputData>'


def table(
    inputs: Sequence[str],
    outputs: Sequence[str],
    rules: Iterable[Sequence[str]],
    *,
    policy: str = "FIRST",
    attributes: str = "",
    ids: Sequence[str] | None = None,
) -> str:
    """A table: input expressions, output names, and rows of cells, inputs before outputs."""
    columns = "".join(
        f"<input><inputExpression><text>{escape(text)}</text></inputExpression></input>" for text in inputs
    )
    columns += "".join(f"<output name={quoteattr(name)}/>" if name else "<output/>" for name in outputs)
    rows = "".join(_rule(row, len(inputs), ids[n] if ids else f"r{n + 1}") for n, row in enumerate(rules))
    return f'<decisionTable hitPolicy="{policy}"{attributes}>{columns}{rows}</decisionTable>'


def _rule(row: Sequence[str], inputs: int, identifier: str) -> str:
    cells = [f"<inputEntry><text>{escape(text)}</text></inputEntry>" for text in row[:inputs]]
    cells += [f"<outputEntry><text>{escape(text)}</text></outputEntry>" for text in row[inputs:]]
    return f'<rule id="{identifier}">{"".join(cells)}</rule>'


def one_table(*args: object, camunda: bool = False, **options: object) -> str:
    """A file with a single decision `Route` that is a table."""
    return definitions(decision("Route", table(*args, **options)), camunda=camunda)  # type: ignore[arg-type]
