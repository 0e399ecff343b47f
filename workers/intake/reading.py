"""Read text files, whatever their encoding."""

from __future__ import annotations

import codecs
import unicodedata

from pydantic import BaseModel, Field

from dmnroute import AgentFailure, Step, agent

from .documents import FILE_ERRORS, MAX_CHARACTERS, Document, beginning

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

_WESTERN_PUNCTUATION = frozenset("«»“”„‘’‚–—…€£°§·´¨¿¡©®ºª½ \xa0")

MOST_CONTROLS = 0.02
"""A text has a larger share of control characters than this: then it isn't one."""


class TextFile(Document):
    """A text file, and how to read it when it is not UTF-8."""

    fallback: str = Field("cp1252", description="encoding of files that are neither UTF-8 nor marked")


class Text(BaseModel):
    """The text of a document."""

    text: str = Field(description=f"at most {MAX_CHARACTERS} characters")
    words: int
    encoding: str
    truncated: bool = Field(description="whether the document has more text than was read")
    text_score: float = Field(description="how well the text was decoded, 0-1")
    warnings: list[str] = []


@agent("read_text", cost="0.0002", timeout=30, errors=(*FILE_ERRORS, "binary", "unknown_encoding"))
def read_text(file: TextFile, step: Step) -> Text:
    """Read a text file, gzipped or not; what isn't UTF-8 is decoded by the fallback and trusted less."""
    data, more = beginning(file.path, 4 * MAX_CHARACTERS)
    encoding = _encoding(data, more, file.fallback)
    text = _decoded(data, encoding, more)
    _refuse_binary(text)
    score = _fallback_score(text) if encoding == _known(file.fallback) else _clean_share(text)
    step.report(confidence=score, characters=min(len(text), MAX_CHARACTERS))
    truncated = more or len(text) > MAX_CHARACTERS
    return Text(
        text=text[:MAX_CHARACTERS],
        words=len(text[:MAX_CHARACTERS].split()),
        encoding=encoding,
        truncated=truncated,
        text_score=score,
        warnings=_warnings(encoding, truncated),
    )


def _encoding(data: bytes, more: bool, fallback: str) -> str:
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return encoding
    if b"\0" in data:
        raise AgentFailure("binary", "the file holds NUL bytes: it is not text")
    try:
        codecs.getincrementaldecoder("utf-8")("strict").decode(data, final=not more)
    except UnicodeDecodeError:
        return _known(fallback)
    return "utf-8"


def _known(encoding: str) -> str:
    try:
        return codecs.lookup(encoding).name
    except LookupError as error:
        raise AgentFailure("unknown_encoding", f"there is no encoding `{encoding}`") from error


def _decoded(data: bytes, encoding: str, more: bool) -> str:
    text = codecs.getincrementaldecoder(encoding)("replace").decode(data, final=not more)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _refuse_binary(text: str) -> None:
    controls = sum(1 for character in text if character < " " and character not in "\n\t\f\x1b")
    if controls > MOST_CONTROLS * max(len(text), 1):
        raise AgentFailure("binary", f"{controls} control characters among {len(text)}: it is not text")


def _clean_share(text: str) -> float:
    """Share of characters that were decoded; 1 for clean UTF-8."""
    return round(1 - text.count("\N{REPLACEMENT CHARACTER}") / max(len(text), 1), 4)


def _fallback_score(text: str) -> float:
    """How likely the guess of a western encoding is right, at most 0.9.

    The characters that the guess decides should be letters, and few of all letters: where most letters
    are accented, the file is Cyrillic, Greek or the like, read with the wrong table.
    """
    decided = [character for character in text if character > "\x7f"]
    if not decided:
        return 0.9
    letters = sum(1 for character in decided if unicodedata.category(character)[0] == "L")
    sensible = letters + sum(1 for character in decided if character in _WESTERN_PUNCTUATION)
    accented = letters / max(sum(1 for character in text if character.isalpha()), 1)
    too_many = min(1.0, max(0.0, accented - 0.25) / 0.5)
    return round(0.9 * sensible / len(decided) * (1 - too_many), 4)


def _warnings(encoding: str, truncated: bool) -> list[str]:
    warnings = [] if encoding.startswith("utf") else [f"not UTF-8: read as {encoding}"]
    return [*warnings, f"cut after {MAX_CHARACTERS} characters"] if truncated else warnings
