"""Read the text of PDF files, and draw their pages."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, Field

from dmnroute import AgentFailure, Step, agent

from .documents import FILE_ERRORS, MAX_CHARACTERS, Document, whole

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_PAGES = 200
FEWEST_CHARACTERS = 20
"""A page with less text than this counts as a page without text: a page number on a scan is no text layer."""

MAX_SIDE = 4000
"""Pixels of the longer side of a drawn page."""

PAGE_BREAK = "\f"

_pdfium = Lock()  # PDFium may be entered by one thread at a time


class PdfText(BaseModel):
    """The text layer of a PDF file."""

    text: str = Field(description=f"pages joined by form feeds, at most {MAX_CHARACTERS} characters")
    words: int
    pages: int
    empty_pages: list[int] = Field(description="numbers of the pages without text, from 1")
    truncated: bool
    text_score: float | None = Field(description="share of readable characters, 0-1; null without text")
    warnings: list[str] = []


@agent("read_pdf", cost="0.0004", timeout=60, requires=("pypdfium2",), errors=(*FILE_ERRORS, "encrypted"))
def read_pdf(document: Document, step: Step) -> PdfText:
    """Read the text layer of a PDF file, and tell which pages have none."""
    pages, count = _page_texts(document.path, step)
    text = PAGE_BREAK.join(pages)
    empty = [number for number, page in enumerate(pages, 1) if len(page.strip()) < FEWEST_CHARACTERS]
    readable = _readable_share(text)
    truncated = count > len(pages) or len(text) > MAX_CHARACTERS
    step.report(
        confidence=round((readable or 0.0) * (1 - len(empty) / len(pages)), 4), pages=count, empty_pages=len(empty)
    )
    return PdfText(
        text=text[:MAX_CHARACTERS],
        words=len(text[:MAX_CHARACTERS].split()),
        pages=count,
        empty_pages=empty,
        truncated=truncated,
        text_score=readable,
        warnings=[f"read {len(pages)} of {count} pages"] if count > len(pages) else [],
    )


def drawn_page(path: str, number: int, dpi: int) -> Image:
    """Draw one page, counted from 1.

    Raises:
        AgentFailure: the file can't be opened, or has no such page.
    """
    with _opened(path) as document:
        if not 1 <= number <= len(document):
            raise AgentFailure("corrupt", f"there is no page {number} in {len(document)} pages")
        page = document[number - 1]
        scale = min(dpi / 72, MAX_SIDE / max(*page.get_size(), 1))
        image: Image = page.render(scale=scale).to_pil().convert("RGB")
        return image


def _page_texts(path: str, step: Step) -> tuple[list[str], int]:
    texts: list[str] = []
    with _opened(path) as document:
        count = len(document)
        for number in range(min(count, MAX_PAGES)):
            texts.append(_text_of(document[number]))
            if step.cancelled or sum(map(len, texts)) > MAX_CHARACTERS:
                break
            step.progress(f"page {number + 1} of {count}", share=(number + 1) / count)
    if not texts:
        raise AgentFailure("corrupt", "the PDF file has no pages")
    return texts, count


def _text_of(page: Any) -> str:
    """PDFium ends lines by CR LF and marks a hyphen at the end of a line by U+FFFE."""
    text: str = page.get_textpage().get_text_bounded()
    return text.replace("\r\n", "\n").replace("\ufffe", "-").replace(PAGE_BREAK, " ").replace("\0", "")


@contextmanager
def _opened(path: str) -> Iterator[Any]:
    data = whole(path)
    import pypdfium2

    with _pdfium:
        try:
            document = pypdfium2.PdfDocument(data)
        except pypdfium2.PdfiumError as error:
            locked = "password" in str(error).lower()
            kind, why = ("encrypted", "needs a password") if locked else ("corrupt", "is damaged")
            raise AgentFailure(kind, f"the PDF file {why}") from error
        try:
            yield document
        except pypdfium2.PdfiumError as error:
            raise AgentFailure("corrupt", f"a page of the PDF file is damaged: {error}") from error
        finally:
            document.close()


def _readable_share(text: str) -> float | None:
    """Fonts without a character map leave private or unassigned code points behind."""
    written = [character for character in text if not character.isspace()]
    if not written:
        return None
    odd = sum(1 for character in written if unicodedata.category(character)[0] == "C" or character == "\ufffd")
    return round(1 - odd / len(written), 4)
