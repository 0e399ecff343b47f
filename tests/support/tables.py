"""Write small decision models as Camunda Modeler would: tests then say only what matters in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape, quoteattr

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/"'
    ' xmlns:modeler="http://camunda.org/schema/modeler/1.0"'
    ' id="tables" name="tables" namespace="http://camunda.org/schema/1.0/dmn"'
    ' modeler:executionPlatform="Camunda Cloud" modeler:executionPlatformVersion="8.6.0">\n'
)


def table(
    name: str,
    inputs: Sequence[str],
    outputs: Sequence[str],
    rules: Sequence[Sequence[str]],
    *,
    hit_policy: str = "FIRST",
    requires: Sequence[str] = (),
) -> str:
    """One decision table. A rule is its input cells, then its output cells, then its annotation if it has one."""
    needs = "".join(
        f'<informationRequirement id="{name}_needs_{needed}">'
        f'<requiredDecision href="#{needed}" /></informationRequirement>'
        for needed in requires
    )
    columns = "".join(
        f'<input id="{name}_in{n}">'
        f'<inputExpression id="{name}_in{n}_e"><text>{escape(text)}</text></inputExpression></input>'
        for n, text in enumerate(inputs, 1)
    ) + "".join(f'<output id="{name}_out{n}" name={quoteattr(text)} />' for n, text in enumerate(outputs, 1))
    rows = "".join(_rule(name, number, len(inputs), len(outputs), cells) for number, cells in enumerate(rules, 1))
    policy = quoteattr(hit_policy)
    return (
        f'<decision id="{name}" name="{name}"><variable id="{name}_var" name="{name}" />{needs}'
        f'<decisionTable id="{name}_table" hitPolicy={policy}>{columns}{rows}</decisionTable></decision>\n'
    )


def _rule(name: str, number: int, inputs: int, outputs: int, cells: Sequence[str]) -> str:
    rule = f"{name}_rule{number}"
    note = cells[inputs + outputs] if len(cells) > inputs + outputs else ""
    description = f"<description>{escape(note)}</description>" if note else ""
    ins = "".join(
        f'<inputEntry id="{rule}_i{n}"><text>{escape(text)}</text></inputEntry>'
        for n, text in enumerate(cells[:inputs], 1)
    )
    outs = "".join(
        f'<outputEntry id="{rule}_o{n}"><text>{escape(text)}</text></outputEntry>'
        for n, text in enumerate(cells[inputs : inputs + outputs], 1)
    )
    return f'<rule id="{rule}">{description}{ins}{outs}</rule>'


def model(*decisions: str) -> str:
    """A whole file."""
    return HEAD + "".join(decisions) + "</definitions>\n"


def route(
    inputs: Sequence[str],
    outputs: Sequence[str],
    rules: Sequence[Sequence[str]],
    *,
    hit_policy: str = "FIRST",
) -> str:
    """A file with the one table `Route`."""
    return model(table("Route", inputs, outputs, rules, hit_policy=hit_policy))


def by_hop(columns: Sequence[str], hops: Sequence[Mapping[str, str]]) -> str:
    """A `Route` that says for each hop number what happens; cells left out are null."""
    rules = [[str(number), *(hop.get(column, "null") for column in columns)] for number, hop in enumerate(hops, 1)]
    return route(["run.hop"], columns, rules)
