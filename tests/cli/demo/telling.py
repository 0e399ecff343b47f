"""Events and boards made by hand, for tests of what a demo shows."""

from __future__ import annotations

from decimal import Decimal
from io import StringIO
from typing import Any

from rich.console import Console, RenderableType
from tests.support.tables import route

from dmnroute.cli.demo.board import Board
from dmnroute.cli.demo.events import EndTold, Event, HopTold, Started
from dmnroute.cli.demo.table import TableView, table_view
from dmnroute.dmn import load

RULES = (
    ['"new"', "-", '"detect_kind"', "null", "null", "the kind of file decides who can read it"],
    ['"identified"', "-", '"read_pdf"', "null", "null", "it is a PDF file"],
    ['"read"', "< 0.70", '"ocr"', "null", "300", "text is missing on a page: it was scanned"],
    ['"read"', "null", "null", '"escalate"', "null", "nobody can be sure"],
    ['"read", "checked"', "-", "null", '"complete"', "null", "everything is found"],
)
POLICY = route(["facts.stage", "last.confidence"], ["agent", "action", "dpi"], RULES)


def intake(text: str = POLICY) -> TableView:
    view = table_view(load(text.encode()), "Route")
    assert view is not None
    return view


def started(documents: int = 3, **given: Any) -> Started:
    usual = {
        "at": 100.0,
        "session": "demo-1",
        "policy": "intake",
        "version": 1,
        "file": "dmn/intake.dmn",
        "documents": documents,
        "table": intake(),
    }
    return Started(**usual | given)


def hop(document: str, rule: int, to: str = "ocr", *, at: float = 101.0, **given: Any) -> HopTold:
    usual = {
        "at": at,
        "run": f"demo-1.{document}",
        "document": document,
        "hop": 1,
        "version": 1,
        "action": "dispatch",
        "to": to,
        "agents": (to,),
        "rules": (rule,),
        "because": "no text on 2 of 2 pages",
    }
    return HopTold(**usual | given)


def end(document: str, kind: Any = "completed", words: str = "completed: accepted", **given: Any) -> EndTold:
    return EndTold(
        **{"at": 102.0, "run": f"demo-1.{document}", "document": document, "kind": kind, "words": words} | given
    )


def board(*events: Event) -> Board:
    made = Board()
    for event in events:
        made.take(event)
    return made


def three_documents() -> Board:
    """One at work, one accepted, one at the desk."""
    return board(
        started(),
        hop("scan.pdf", 1, "detect_kind"),
        hop("letter.txt", 1, "detect_kind", at=101.5),
        hop(
            "scan.pdf",
            3,
            at=102.0,
            hop=2,
            confidence=Decimal("0.4"),
            cost=Decimal("0.0012"),
            paid=((1, Decimal("0.0012")),),
        ),
        hop("letter.txt", 5, "completed: accepted", at=102.5, hop=2, action="complete", because="the graph is built"),
        end("letter.txt", at=102.5, cost=Decimal("0.02"), paid=((1, Decimal("0.02")),)),
        hop("faint.png", 4, "escalated to desk", at=103.0, action="escalate", because="nobody can be sure"),
        end("faint.png", "escalated", "escalated to desk", at=103.0),
    )


def shown(renderable: RenderableType, *, width: int, height: int = 30) -> str:
    """What stands on a terminal of this size, without colours."""
    console = Console(width=width, height=height, file=StringIO(), record=True, highlight=False, force_terminal=True)
    console.print(renderable)
    return "\n".join(line.rstrip() for line in console.export_text().splitlines())
