"""What a terminal shows, at any size."""

from __future__ import annotations

from decimal import Decimal

import pytest
from tests.cli.demo.telling import board, end, hop, intake, shown, started, three_documents

from dmnroute.cli.demo.board import Tally
from dmnroute.cli.demo.events import PolicyChangedTold, PolicyRefusedTold
from dmnroute.cli.demo.layout import fitting_rows
from dmnroute.cli.demo.screen import document_line, render, row_style

WIDE = """\
dmnroute · policy intake version 1 · table Route (FIRST) · dmn/intake.dmn
#   facts.stage    last.confidence  then         dpi  because                                   hits      cost
 1  new                             detect_kind       the kind of file decides who can read it     2   $0.0212
 2  identified                      read_pdf          it is a PDF file                             ·
 3  read           < 0.70           ocr          300  text is missing on a page: it was scann…     1
 4  read           null             escalate          nobody can be sure                           1
 5  read, checked                   complete          everything is found                          1

scan.pdf   → ocr · rule 3 · no text on 2 of 2 pages                                              0.40  $0.0012
letter.txt   completed: accepted · rule 5 · the graph is built                                         $0.0200
faint.png    escalated to desk · rule 4 · nobody can be sure                                                $0
━━━━━━━━━━━━━━━━━━━━━━━━━━━ 2/3 documents · 0.5/s · $0.0212 simulated · 5 hops · 4.0 s"""

SMALL = """\
dmnroute · policy intake version 1 · table Route (FIRST) · …
#   then         because                      hits      cost
 1  detect_kind  the kind of file decides w…     3   $0.0212
 4  escalate     nobody can be sure              1
 5  complete     everything is found             1
    1 more rule hit earlier, 1 never hit

faint.png   escalated to desk · rule 4 · no…              $0
scan.pdf  → ocr · rule 1 · no text on 2 of …   0.40  $0.0012
━━━━━━━━━━━━━━━ 2/3 documents · 0.5/s · $0.0212 simulated ·…"""


def test_a_wide_terminal_shows_the_whole_table_and_each_document_with_its_because() -> None:
    """Rules as the analyst wrote them, with hits and cost; documents with their latest hop or their end."""
    assert shown(render(three_documents(), width=110, height=20, now=104.0), width=110) == WIDE


def test_a_small_terminal_drops_columns_and_rows_and_keeps_what_was_hit_last() -> None:
    """Destination and note stay longest, the rules with the latest hits, and the documents that moved last."""
    small = three_documents()
    small.take(hop("scan.pdf", 1, at=103.5, hop=3, cost=Decimal("0.0012")))
    assert shown(render(small, width=60, height=10, now=104.0), width=60) == SMALL


@pytest.mark.parametrize("width", [20, 33, 47, 60, 80, 110, 200])
@pytest.mark.parametrize("height", [3, 6, 9, 10, 12, 15, 24, 60])
def test_nothing_is_taller_or_wider_than_the_terminal(width: int, height: int) -> None:
    """Else the screen would scroll, and its head be lost."""
    full = three_documents()
    full.take(PolicyChangedTold(103.0, 2, ("Route rule 3, last.confidence: `< 0.70` → `< 0.55`",), intake()))
    for number in range(100):
        full.take(hop(f"folder{number}/changelog.Debian.gz", 1 + number % 5, at=104.0 + number))
    lines = shown(render(full, width=width, height=height, now=300.0), width=width, height=height).splitlines()
    assert len(lines) <= height
    assert max(map(len, lines)) <= width


def test_with_many_documents_the_most_recent_lines_stay() -> None:
    """The latest at the bottom, above the progress."""
    many = board(started(documents=300), *(hop(f"d{n:03}.txt", 1, at=101.0 + n) for n in range(100)))
    lines = shown(render(many, width=80, height=14, now=202.0), width=80).splitlines()
    assert [line.split()[0] for line in lines[-4:-1]] == ["d097.txt", "d098.txt", "d099.txt"]
    assert lines[-1].startswith("━" * 20 + " 0/300 documents · 0.0/s")


def test_hits_light_up_and_fade_and_rules_never_hit_are_dim() -> None:
    """By their age in seconds alone."""
    fresh = Tally(hits=1, last_hit=100.0)
    assert [row_style(fresh, now=now) for now in (100.0, 100.6, 101.0, 102.4, 103.0)] == [
        "bold black on bright_yellow",
        "bold black on bright_yellow",
        "bold yellow",
        "bold yellow",
        "default",
    ]
    assert row_style(Tally(), now=100.0) == "dim"


def test_hits_of_before_a_demo_went_on_count_but_are_not_fresh() -> None:
    """Resuming doesn't light up the whole table."""
    resumed = board(started(), hop("a.txt", 1, at=101.0, earlier=True))
    assert resumed.tally(1).hits == 1
    assert row_style(resumed.tally(1), now=101.0) == "default"


def test_a_long_table_keeps_its_hit_rows_and_says_what_is_hidden() -> None:
    """Room for three lines: the two latest hits, and a line about the rest."""
    hit = board(started(), hop("a", 2, at=101.0), hop("b", 4, at=102.0), hop("c", 5, at=103.0))
    assert fitting_rows(hit, 3) == ([4, 5], "1 more rule hit earlier, 2 never hit")
    assert fitting_rows(hit, 4) == ([2, 4, 5], "2 more never hit")
    assert fitting_rows(hit, 5) == ([1, 2, 3, 4, 5], "")


def test_a_change_of_the_policy_is_told_and_the_table_follows() -> None:
    """The next hop is decided by what was saved; a broken file is refused and the version stays."""
    changed = three_documents()
    changed.take(PolicyChangedTold(103.0, 2, ("Route rule 3, last.confidence: `< 0.70` → `< 0.55`",), intake()))
    changed.take(PolicyRefusedTold(103.5, "unknown agent `orc`; did you mean `ocr`?\nintake.dmn, rule 3", 2))
    lines = shown(render(changed, width=110, height=22, now=104.0), width=110).splitlines()
    assert lines[0].startswith("dmnroute · policy intake version 2 ")
    assert lines[8:10] == [
        "version 2 from the next hop: Route rule 3, last.confidence: `< 0.70` → `< 0.55`",
        "refused; version 2 stays: unknown agent `orc`; did you mean `ocr`? intake.dmn, rule 3",
    ]


def test_hits_stay_with_their_rule_when_rules_are_added_above() -> None:
    """A rule is known by its id, not by its number."""
    moved = three_documents()
    view = intake()
    columns = tuple(type(c)(c.title, c.kind, ("x", *c.cells)) for c in view.columns)
    moved.take(PolicyChangedTold(103.0, 2, (), type(view)(view.name, view.hit_policy, columns, ("new", *view.rules))))
    assert [moved.tally(number).hits for number in range(1, 7)] == [0, 2, 0, 1, 1, 1]


def test_a_stopped_document_shows_its_error() -> None:
    """The first line of it; the whole message stands in the summary."""
    stopped = board(
        started(), hop("a.txt", 1), end("a.txt", "stopped", "stopped: no_match", error="no rule matched\nplace")
    )
    line = document_line(stopped.lines["demo-1.a.txt"], names=5, width=60)
    assert line.plain.rstrip() == "a.txt   stopped: no_match · no rule matched               $0"


def test_a_long_name_keeps_its_folder_and_its_ending() -> None:
    """Both tell it from others."""
    line = board(started(), hop("libreoffice/changelog.Debian.gz", 1)).lines
    text = document_line(next(iter(line.values())), names=15, width=60).plain
    assert text.startswith("libreof…bian.gz → ocr")


def test_names_cannot_steer_the_terminal() -> None:
    """Markup of rich in a name or a reason is text."""
    line = board(started(), hop("[bold]a.txt", 1, because="[red]why[/]", confidence=Decimal(1))).lines
    text = document_line(next(iter(line.values())), names=11, width=70).plain
    assert text.startswith("[bold]a.txt → ocr · rule 1 · [red]why[/]")
