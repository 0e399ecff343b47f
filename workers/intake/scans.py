"""Read text from pictures and from scanned pages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from statistics import fmean
from threading import Lock
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, Field

from dmnroute import AgentFailure, Step, agent

from .documents import FILE_ERRORS, MAX_CHARACTERS, Document, whole
from .once import once
from .pdf import PAGE_BREAK, drawn_page

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_PIXELS = 40_000_000

_reading = Lock()  # two cores: pages of several documents are read one after another


class Scan(Document):
    """A picture, or a PDF file with pages that have no text."""

    media: str = Field("image", description="`pdf` for a PDF file")
    empty_pages: list[int] = Field([], description="pages to read, from 1; of a PDF file only")
    text: str = Field("", description="text of the other pages, joined by form feeds")
    dpi: int = Field(100, ge=50, le=400, description="dots per inch at which PDF pages are drawn")
    ocr_lines: int = Field(0, ge=0, description="lines that were found when it was read before")
    max_pages: int = Field(4, ge=1, le=50, description="reading a page takes seconds")


class ScannedText(BaseModel):
    """The text of a document with scanned pages."""

    text: str = Field(description=f"pages joined by form feeds, at most {MAX_CHARACTERS} characters")
    words: int
    ocr_score: float = Field(
        description="score of the worst line, 0-1; 0 when no line was found, lower when lines were lost"
    )
    ocr_lines: int
    ocr_dpi: int
    truncated: bool
    warnings: list[str] = []


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text as it was recognised, with its box in pixels."""

    text: str
    score: float
    left: float
    top: float
    bottom: float


@agent(
    "ocr",
    cost="0.0100",
    timeout=120,
    requires=("rapidocr", "onnxruntime", "PIL"),
    version="1",
    errors=(*FILE_ERRORS, "encrypted"),
)
def ocr(scan: Scan, step: Step) -> ScannedText:
    """Read a picture, or the pages of a PDF file that have no text, by trained models (rapidocr)."""
    wanted = scan.empty_pages if scan.media == "pdf" else [1]
    pages = scan.text.split(PAGE_BREAK) if scan.media == "pdf" else [""]
    lines: list[Line] = []
    for number in wanted[: scan.max_pages]:
        if step.cancelled:
            break
        step.progress(f"page {number}", share=wanted.index(number) / len(wanted))
        found = _lines(_picture(scan, number))
        pages += [""] * (number - len(pages))
        pages[number - 1] = _page_text(found)
        lines += found
    return _report(scan, step, pages, lines, skipped=len(wanted) - min(len(wanted), scan.max_pages))


def _report(scan: Scan, step: Step, pages: list[str], lines: list[Line], *, skipped: int) -> ScannedText:
    """The worst line decides: a line that was misread pulls the mean down by next to nothing.

    Drawn larger, lines may get lost as well; a reading with fewer lines than the one before is trusted less.
    """
    scores = [line.score for line in lines] or [0.0]
    worst = round(min(scores) * min(1.0, len(lines) / (scan.ocr_lines or 1)), 4)
    step.report(confidence=worst, mean_score=round(fmean(scores), 4), lines=len(lines))
    text = PAGE_BREAK.join(pages)
    return ScannedText(
        text=text[:MAX_CHARACTERS],
        words=len(text[:MAX_CHARACTERS].split()),
        ocr_score=worst,
        ocr_lines=len(lines),
        ocr_dpi=scan.dpi,
        truncated=skipped > 0 or len(text) > MAX_CHARACTERS,
        warnings=[f"{skipped} scanned pages were not read"] if skipped else [],
    )


def _picture(scan: Scan, number: int) -> Image:
    if scan.media == "pdf":
        return drawn_page(scan.path, number, scan.dpi)
    from PIL import Image, UnidentifiedImageError

    data = BytesIO(whole(scan.path))
    try:
        with Image.open(data) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise AgentFailure("too_large", f"{picture.width} × {picture.height} pixels")
            return picture.convert("RGB")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise AgentFailure("too_large", "the picture has too many pixels") from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise AgentFailure("corrupt", f"the picture is damaged: {error}") from error


def _lines(picture: Image) -> list[Line]:
    import numpy

    pixels = numpy.asarray(picture)[:, :, ::-1]  # the models expect blue, green, red
    with _reading:
        found = _models()(numpy.ascontiguousarray(pixels))
    if found.boxes is None or found.txts is None:
        return []
    return [
        Line(
            text,
            float(score),
            left=float(box[:, 0].min()),
            top=float(box[:, 1].min()),
            bottom=float(box[:, 1].max()),
        )
        for box, text, score in zip(found.boxes, found.txts, found.scores, strict=True)
    ]


@once
def _models() -> Any:
    """Without the classifier of upside-down lines, which turns good lines over; without a floor on scores."""
    from rapidocr import RapidOCR

    return RapidOCR(
        params={
            "Global.use_cls": False,
            "Global.text_score": 0.0,
            "Global.log_level": "critical",
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )


def _page_text(lines: list[Line]) -> str:
    return "\n".join("  ".join(line.text for line in row) for row in _rows(lines))


def _rows(lines: list[Line]) -> Iterator[list[Line]]:
    """Boxes whose middle lies inside the first box of a row belong to that row, from left to right."""
    row: list[Line] = []
    for line in sorted(lines, key=lambda line: (line.top + line.bottom, line.left)):
        if row and (line.top + line.bottom) / 2 > row[0].bottom:
            yield sorted(row, key=lambda line: line.left)
            row = []
        row.append(line)
    if row:
        yield sorted(row, key=lambda line: line.left)
