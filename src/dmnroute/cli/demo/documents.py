"""The documents of a demo: files given, and the files below folders given."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

from dmnroute.cli.demo.texts import one_line
from dmnroute.errors import UsageError

NOT_SAMPLES = frozenset({".py", ".pyc", ".dmn"})
"""What may lie beside the shipped samples, such as the script that made them."""


@dataclass(frozen=True, slots=True)
class Document:
    """A file to route."""

    path: str
    """Absolute."""
    name: str
    """The end of the path that tells it from the others; safe to print."""


def find_documents(paths: Sequence[Path], *, limit: int | None = None) -> list[Document]:
    """The files given and those below the folders given, in sorted order, each once; hidden ones are skipped.

    Raises:
        UsageError: a path isn't there, can't be read, or nothing was found.
    """
    files = dict.fromkeys(islice(_distinct(chain.from_iterable(map(_files_of, paths))), limit))
    if not files:
        places = ", ".join(f"`{one_line(str(path))}`" for path in paths)
        raise UsageError(f"no documents in {places}", code="no_documents", hint="hidden files are skipped")
    names = _names(list(files))
    return [Document(path, one_line(names[path])) for path in files]


def sample_documents(folder: Path) -> list[Path]:
    """The shipped samples, without what made them."""
    return sorted(path for path in folder.iterdir() if path.is_file() and path.suffix not in NOT_SAMPLES)


def _distinct(files: Iterator[str]) -> Iterator[str]:
    seen: set[str] = set()
    for file in files:
        if file not in seen:
            seen.add(file)
            yield file


def _files_of(path: Path) -> Iterator[str]:
    given = os.path.abspath(path)
    if not _is_text(given):
        raise UsageError(f"the name of `{one_line(given)}` isn't UTF-8", code="no_file")
    if os.path.isdir(given):
        yield from _walk(given, _entries(given))
    elif os.path.exists(given):
        yield given
    else:
        raise UsageError(f"there is no `{one_line(str(path))}`", code="no_file")


def _entries(folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise UsageError(f"can't read the folder `{one_line(folder)}`: {reason}", code="no_file") from error


def _walk(folder: str, entries: list[os.DirEntry[str]]) -> Iterator[str]:
    """Files in sorted order, folders in their place among them. Links to folders aren't followed: they may circle."""
    for entry in entries:
        path = os.path.join(folder, entry.name)
        if entry.name.startswith(".") or not _is_text(entry.name):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(path, _entries_or_none(path))
        elif entry.is_file():
            yield path


def _entries_or_none(folder: str) -> list[os.DirEntry[str]]:
    """A folder further down that may not be read is no reason to stop."""
    try:
        return _entries(folder)
    except UsageError:
        return []


def _is_text(name: str) -> bool:
    """File names are bytes; those that aren't UTF-8 can't be kept as text."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _names(paths: list[str]) -> dict[str, str]:
    """For each path its last part, with as many folders before it as are needed to tell it from the others."""
    names: dict[str, str] = {}
    open_paths, length = paths, 1
    while open_paths:
        candidates = {path: "/".join(path.split("/")[-length:]) for path in open_paths}
        counts: dict[str, int] = {}
        for name in candidates.values():
            counts[name] = counts.get(name, 0) + 1
        names |= {path: name for path, name in candidates.items() if counts[name] == 1}
        open_paths = [path for path in open_paths if path not in names]
        length += 1
    return names
