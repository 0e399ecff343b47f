"""What kind of file a document is: by a model, or by its first bytes where the model is missing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, Field

from dmnroute import Step, agent

from .documents import FILE_ERRORS, Document, beginning, is_packed, regular_file
from .once import once

if TYPE_CHECKING:
    from magika.types import MagikaResult

Media = Literal["text", "pdf", "image", "empty", "unsupported"]

HEAD = 65_536
"""Bytes that are looked at; both detectors decide by the beginning of a file."""

PICTURES = frozenset({"png", "jpeg", "gif", "bmp", "tiff", "webp"})


class Kind(BaseModel):
    """What a file is, and which reader suits it."""

    kind: str = Field(description="label of the format, such as `pdf`")
    media: Media = Field(description="which reader suits it")
    kind_score: float = Field(description="how sure the detector is, 0-1")
    packed: bool = Field(description="whether the file is gzipped; the kind is that of its contents")
    size: int = Field(description="bytes on disk")


@agent("detect_kind", cost="0.0001", timeout=30, requires=("magika",), errors=FILE_ERRORS)
def detect_kind(document: Document, step: Step) -> Kind:
    """Tell the kind of a file by a trained model over its bytes (magika)."""
    size = regular_file(document.path).st_size
    head, _ = beginning(document.path, HEAD)
    answer = _model().identify_bytes(head)
    score = round(float(answer.score), 4)
    step.report(confidence=score, size=size)
    return Kind(
        kind=str(answer.output.label),
        media=_media(answer),
        kind_score=score,
        packed=is_packed(document.path),
        size=size,
    )


@agent("sniff_kind", cost="0", timeout=10, errors=FILE_ERRORS)
def sniff_kind(document: Document, step: Step) -> Kind:
    """Tell the kind of a file by its first bytes and its share of readable characters."""
    size = regular_file(document.path).st_size
    head, _ = beginning(document.path, HEAD)
    kind, media, score = _sniffed(head)
    step.report(confidence=score, size=size)
    return Kind(kind=kind, media=media, kind_score=score, packed=is_packed(document.path), size=size)


@once
def _model() -> Any:
    from magika import Magika

    return Magika()


def _media(answer: MagikaResult) -> Media:
    label = str(answer.output.label)
    if label in ("empty", "pdf"):
        return "empty" if label == "empty" else "pdf"
    if answer.output.is_text:
        return "text"
    return "image" if label in PICTURES else "unsupported"


_MAGIC: tuple[tuple[re.Pattern[bytes], str, Media], ...] = (
    (re.compile(rb"%PDF-\d"), "pdf", "pdf"),
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "png", "image"),
    (re.compile(rb"\xff\xd8\xff"), "jpeg", "image"),
    (re.compile(rb"GIF8[79]a"), "gif", "image"),
    (re.compile(rb"BM.{4}\0\0\0\0", re.DOTALL), "bmp", "image"),
    (re.compile(rb"II\*\0|MM\0\*"), "tiff", "image"),
    (re.compile(rb"RIFF.{4}WEBP", re.DOTALL), "webp", "image"),
    (re.compile(rb"PK\x03\x04"), "zip", "unsupported"),
    (re.compile(rb"\x7fELF"), "elf", "unsupported"),
)

_BYTE_ORDER_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


def _sniffed(head: bytes) -> tuple[str, Media, float]:
    if not head:
        return "empty", "empty", 1.0
    for magic, kind, media in _MAGIC:
        if magic.match(head):
            return kind, media, 0.9
    if head.startswith(_BYTE_ORDER_MARKS):
        return "txt", "text", 0.85
    readable = _readable_share(head)
    if readable > 0.95:
        return "txt", "text", round(0.85 * readable, 4)
    return "unknown", "unsupported", round(0.85 * (1 - readable), 4)


def _readable_share(head: bytes) -> float:
    """Share of bytes that occur in text; a NUL byte or broken UTF-8 costs more than a control character."""
    controls = sum(head.count(bytes([code])) for code in range(32) if code not in (9, 10, 12, 13, 27))
    share = 1 - controls / len(head)
    try:
        head[:-4].decode("utf-8")
    except UnicodeDecodeError as error:
        near_the_end = error.start > len(head) - 8
        return share if near_the_end else share * 0.97
    return 0.0 if b"\0" in head else share
