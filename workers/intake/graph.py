"""Put entities and relations together into a graph."""

from __future__ import annotations

from pathlib import PurePath
from typing import Literal

from pydantic import BaseModel, Field

from dmnroute import Step, agent

from .documents import Document
from .entities import EntityType, Relation, RelationType
from .relations import document_node
from .validation import Findings


class Node(BaseModel):
    """A thing: the document, a work, or an entity that the text names."""

    id: str
    type: EntityType | Literal["document", "work"]
    label: str
    mentions: int
    confidence: float = Field(description="of the best mention, 0-1")


class Edge(BaseModel):
    """A relation between two nodes."""

    source: str
    target: str
    type: RelationType | Literal["mentions", "describes"]
    confidence: float = Field(description="0-1")


class Graph(BaseModel):
    """Nodes and edges."""

    nodes: list[Node]
    edges: list[Edge]


class KnowledgeGraph(BaseModel):
    """What is known from a document."""

    graph: Graph
    node_count: int
    edge_count: int


class Related(Findings, Document):
    """All that was found in a document, with its relations."""

    text: str = ""
    relations: list[Relation] = Field([])


@agent("build_graph", cost="0.0005", timeout=30)
def build_graph(related: Related, step: Step) -> KnowledgeGraph:
    """Build a graph of typed nodes and edges; mentions of the same thing become one node."""
    home = Node(
        id=document_node(related.path),
        type="document",
        label=PurePath(related.path).name,
        mentions=1,
        confidence=1.0,
    )
    nodes = {home.id: home}
    _add_entities(nodes, related)
    edges = _edges(nodes, home, related.relations)
    step.report(confidence=_confidence(edges), nodes=len(nodes), edges=len(edges))
    return KnowledgeGraph(
        graph=Graph(nodes=list(nodes.values()), edges=edges), node_count=len(nodes), edge_count=len(edges)
    )


def _add_entities(nodes: dict[str, Node], related: Related) -> None:
    for entity in related.entities:
        node = nodes.setdefault(
            entity.id,
            Node(id=entity.id, type=entity.type, label=entity.value, mentions=0, confidence=0.0),
        )
        node.mentions += 1
        node.confidence = max(node.confidence, entity.confidence)


def _edges(nodes: dict[str, Node], home: Node, relations: list[Relation]) -> list[Edge]:
    """Relations; and what no relation leads to, is mentioned by the document."""
    edges = [Edge(**relation.model_dump()) for relation in relations if relation.target in nodes]
    for relation in relations:
        if relation.source not in nodes:
            work = Node(
                id=relation.source, type="work", label=relation.source.removeprefix("work:"), mentions=1, confidence=1.0
            )
            nodes[work.id] = work
            edges.append(Edge(source=home.id, target=work.id, type="describes", confidence=1.0))
    reached = {edge.target for edge in edges} | {home.id}
    for node in nodes.values():
        if node.id not in reached:
            edges.append(Edge(source=home.id, target=node.id, type="mentions", confidence=node.confidence))
    return edges


def _confidence(edges: list[Edge]) -> float:
    return round(sum(edge.confidence for edge in edges) / len(edges), 4) if edges else 0.0
