"""Three decisions: two tables, and a third over what they answer."""

from __future__ import annotations

from benchmarks.tables import Table, to_dmn_decision, to_zen_node

RISK = Table(
    "FIRST",
    (
        ("< 500", "-", '"low"'),
        ("[500..4000)", "< 0.5", '"high"'),
        ("[500..4000)", ">= 0.5", '"middle"'),
        (">= 4000", "< 0.9", '"high"'),
        ("-", "-", '"middle"'),
    ),
    ("amount", "score"),
    ("risk",),
    ("number", "number"),
)
GROUP = Table(
    "FIRST",
    (("< 30", "1"), ("[30..60)", "2"), ("-", "3")),
    ("age",),
    ("group",),
    ("number",),
)
FEE = Table(
    "FIRST",
    (
        ('"low"', "-", "-", '"none"', "0"),
        ('"middle"', "<= 2", "-", '"desk"', "2.5"),
        ('"middle"', "-", '"channel1", "channel2"', '"web"', "4"),
        ('"high"', ">= 2", "-", '"expert"', "12.75"),
        ("-", "-", "-", '"manual"', "7"),
    ),
    ("risk", "group", "channel"),
    ("queue", "fee"),
    ("string", "number", "string"),
)
DMN = (
    '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="m" name="m" namespace="m">'
    + to_dmn_decision(RISK, "risk")
    + to_dmn_decision(GROUP, "group")
    + to_dmn_decision(FEE, "Fee", requires=("risk", "group"))
    + "</definitions>"
)


def zen() -> dict[str, object]:
    """The same for zen-engine: both tables read the inputs, the third reads the inputs and their answers."""
    names = {"risk": RISK, "group": GROUP, "fee": FEE}
    nodes = [{"id": "in", "name": "in", "type": "inputNode"}, {"id": "out", "name": "out", "type": "outputNode"}]
    nodes += [to_zen_node(table, name) for name, table in names.items()]
    edges = [("in", "risk"), ("in", "group"), ("in", "fee"), ("risk", "fee"), ("group", "fee"), ("fee", "out")]
    return {
        "contentType": "application/vnd.gorules.decision",
        "nodes": nodes,
        "edges": [
            {"id": f"{source}-{target}", "type": "edge", "sourceId": source, "targetId": target}
            for source, target in edges
        ],
    }
