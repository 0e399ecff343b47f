"""The document on disk: what agents take in, and how its bytes are read within limits."""

from __future__ import annotations

import gzip
import os
import stat
import zlib
from typing import IO

from pydantic import BaseModel, Field

from dmnroute import AgentFailure

MAX_CHARACTERS = 100_000
"""So much text of a document is looked at; facts travel with the run, so they have to stay small."""

MAX_BYTES = 50_000_000
"""PDF files and pictures above this size are not opened: they have to be decoded as a whole."""

FILE_ERRORS = ("missing", "unreadable", "corrupt")
"""The kinds of failure of whoever opens a file."""

GZIP = b"\x1f\x8b"


class Document(BaseModel):
    """A file to take in."""

    path: str = Field(description="path of the file; a .gz file is read through")


class Passage(BaseModel):
    """The text of a document."""

    text: str


def regular_file(path: str) -> os.stat_result:
    """Look the file up; devices and pipes are refused, since reading them may never end.

    Raises:
        AgentFailure: `missing` or `unreadable`.
    """
    try:
        found = os.stat(path)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise AgentFailure("missing", f"there is no file `{path}`") from error
    except (OSError, ValueError) as error:
        raise AgentFailure("unreadable", f"`{path}` can't be looked at: {error}") from error
    if not stat.S_ISREG(found.st_mode):
        raise AgentFailure("unreadable", f"`{path}` is not a regular file")
    return found


def beginning(path: str, limit: int) -> tuple[bytes, bool]:
    """The first bytes of a file, unpacked when it is gzipped, and whether there are more.

    Raises:
        AgentFailure: `missing`, `unreadable`, or `corrupt` for a broken gzip file.
    """
    regular_file(path)
    try:
        with open(path, "rb") as file:
            packed = file.read(2) == GZIP
            file.seek(0)
            return _unpacked(file, limit) if packed else _cut(file.read(limit + 1), limit)
    except OSError as error:
        raise AgentFailure("unreadable", f"`{path}` can't be read: {error.strerror or error}") from error


def whole(path: str) -> bytes:
    """All bytes of a file, unpacked when it is gzipped.

    Raises:
        AgentFailure: `missing`, `unreadable`, `corrupt` or `too_large`.
    """
    size = regular_file(path).st_size
    if size > MAX_BYTES:
        raise AgentFailure("too_large", f"{size} bytes, at most {MAX_BYTES} are opened")
    data, more = beginning(path, MAX_BYTES)
    if more:
        raise AgentFailure("too_large", f"unpacked it has more than {MAX_BYTES} bytes")
    return data


def is_packed(path: str) -> bool:
    """Whether the file is gzipped, by its first two bytes."""
    try:
        with open(path, "rb") as file:
            return file.read(2) == GZIP
    except OSError:
        return False


def _unpacked(file: IO[bytes], limit: int) -> tuple[bytes, bool]:
    """Unpack no more than the limit, so that a small file can't grow without bound."""
    try:
        with gzip.GzipFile(fileobj=file) as packed:
            return _cut(packed.read(limit + 1), limit)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise AgentFailure("corrupt", f"the gzip file is damaged: {error}") from error


def _cut(data: bytes, limit: int) -> tuple[bytes, bool]:
    return data[:limit], len(data) > limit
