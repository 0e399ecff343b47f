"""Load a DMN file: read it, check its structure, compile it."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from dmnroute.dmn.engine import Model
from dmnroute.dmn.library import collect
from dmnroute.dmn.problems import Problems
from dmnroute.dmn.structure import check_structure
from dmnroute.dmn.units import compile_units
from dmnroute.dmn.xml.reader import read
from dmnroute.errors import TableError, UsageError
from dmnroute.feel.evaluation import DEFAULT_LIMITS, Limits

if TYPE_CHECKING:
    from dmnroute.dmn.library import Library, Resolver
    from dmnroute.dmn.model import Definitions, Dialect, Import


def load(
    source: Path | str | bytes,
    *,
    dialect: Dialect | None = None,
    resolver: Resolver | None = None,
    name: str = "",
    limits: Limits = DEFAULT_LIMITS,
) -> Model:
    """Load a DMN file from a path, or from the XML itself.

    The dialect is `camunda` when the file was modelled for Camunda 8 (`executionPlatform`), else `dmn`. Imports
    are looked for beside the file, or by the resolver. ``name`` is the file's name in errors; ``limits`` bound what one
    evaluation may use up. Raises TableError for the first thing that is wrong; `dmnroute.dmn.checks.check` gives all.
    """
    model, problems = load_with_problems(source, dialect=dialect, resolver=resolver, name=name, limits=limits)
    problems.raise_first()
    assert model is not None
    return model


def load_with_problems(
    source: Path | str | bytes,
    *,
    dialect: Dialect | None = None,
    resolver: Resolver | None = None,
    name: str = "",
    limits: Limits = DEFAULT_LIMITS,
) -> tuple[Model | None, Problems]:
    """The model as far as it could be loaded, and everything that is wrong with it."""
    data, file, folder = _open(source, name)
    problems = Problems(file)
    resolver = resolver or (None if folder is None else _Beside(folder))
    try:
        definitions = read(data, file=file, dialect=dialect, problems=problems)
        library = replace(_library(definitions, resolver, problems), limits=limits)
    except TableError as error:
        problems.errors.append(error)
        return None, problems
    for each in library.models.values():
        check_structure(each, problems)
    return Model(library, compile_units(library, problems), data, resolver=resolver), problems


def _library(main: Definitions, resolver: Resolver | None, problems: Problems) -> Library:
    def read_import(source: bytes, file: str) -> Definitions:
        return read(source, file=file, dialect=main.dialect, problems=problems)

    return collect(main, read=read_import, resolver=resolver, problems=problems)


def _open(source: Path | str | bytes, name: str) -> tuple[bytes, str, Path | None]:
    """The bytes, the file's name in errors, and the folder that its imports are looked for in."""
    if isinstance(source, bytes):
        return source, name, None
    if isinstance(source, str) and source.lstrip("\ufeff \t\r\n").startswith("<"):
        return _without_encoding(source), name, None
    if not isinstance(source, str | os.PathLike):
        message = f"a DMN file is a path, text or bytes, not `{type(source).__name__}`"
        raise UsageError(message, code="no_file")
    path = Path(source)
    try:
        return path.read_bytes(), name or path.name, path.parent
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise UsageError(f"can't read `{source}`: {reason.lower()}", code="no_file") from error


def _without_encoding(text: str) -> bytes:
    """Text has been decoded already: what its declaration says about its encoding no longer holds."""
    text = text.lstrip("\ufeff \t\r\n")
    if text.startswith("<?xml"):
        text = text.partition("?>")[2]
    return text.encode()


@dataclass(frozen=True, slots=True)
class _Beside:
    """Looks for imports among the .dmn files of a folder; a location elsewhere is not followed."""

    folder: Path

    def __call__(self, wanted: Import) -> bytes | None:
        location = self.folder / Path(wanted.location_uri).name if wanted.location_uri else None
        files = sorted(self.folder.glob("*.dmn"))
        for path in [location, *files] if location in files else files:
            if path is not None and _has_namespace(data := path.read_bytes(), wanted.namespace):
                return data
        return None


def _has_namespace(data: bytes, namespace: str) -> bool:
    if escape(namespace).encode() not in data.replace(b"\0", b""):  # UTF-16 has them between the letters
        return False
    try:
        return read(data, file="", dialect=None, problems=Problems()).namespace == namespace
    except TableError:
        return False
