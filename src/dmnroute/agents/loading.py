"""Import the modules of a project's agents."""

from __future__ import annotations

import importlib
import sys
import traceback
from collections.abc import Iterable, Iterator
from importlib.machinery import PathFinder
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from pkgutil import walk_packages
from types import ModuleType

from dmnroute.agents.registry import Registry
from dmnroute.errors import AgentError


def load_folder(folder: Path) -> Registry:
    """All agents below a folder: every module and package directly in it, packages with all their modules.

    Raises:
        AgentError: a module can't be imported, or two agents bear one name.
    """
    tops = [top for path in sorted(folder.iterdir()) if (top := _load_top(path)) is not None]
    return Registry.of(module for top in tops for module in _with_submodules(top))


def load_modules(names: Iterable[str]) -> Registry:
    """All agents of modules that are importable by name.

    Raises:
        AgentError: a module can't be imported, or two agents bear one name.
    """
    tops = [_imported(name) for name in names]
    return Registry.of(module for top in tops for module in _with_submodules(top))


def _load_top(path: Path) -> ModuleType | None:
    """A module file or a package folder; anything else is none."""
    file = path / "__init__.py" if path.is_dir() else path
    if file.suffix != ".py" or not file.is_file() or path.name.startswith(("_", ".", "test_")):
        return None
    name = path.stem
    known = sys.modules.get(name)
    if known is not None and getattr(known, "__file__", None) == str(file):
        return known
    _refuse_shadow(name, file)
    spec = spec_from_file_location(name, file, submodule_search_locations=[str(path)] if path.is_dir() else None)
    if spec is None or spec.loader is None:
        return None
    module = module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        del sys.modules[name]
        raise _not_importable(name, error) from error
    return module


def _refuse_shadow(name: str, file: Path) -> None:
    """A module of agents must not take the place of one that others import."""
    found = PathFinder.find_spec(name)
    if name in sys.stdlib_module_names or (found is not None and found.origin not in (None, str(file))):
        raise AgentError(
            f"`{file}` bears the name of another module, `{name}`",
            code="agent_import",
            hint=f"rename it, as in `{name}_agents`",
        )


def _with_submodules(top: ModuleType) -> Iterator[ModuleType]:
    yield top
    for info in walk_packages(getattr(top, "__path__", ()), prefix=f"{top.__name__}."):
        if not info.name.rpartition(".")[2].startswith(("__main__", "test_", "conftest")):
            yield _imported(info.name)


def _imported(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except (Exception, SystemExit) as error:
        raise _not_importable(name, error) from error


def _not_importable(name: str, error: BaseException) -> AgentError:
    where = _place_of(error)
    if isinstance(error, AgentError):
        hint = "; ".join(part for part in (error.hint, where) if part)
        return AgentError(error.message, code=error.code, place=error.place, hint=hint)
    said = error.msg if isinstance(error, SyntaxError) else str(error)
    return AgentError(
        f"module `{name}` can't be imported: {type(error).__name__}: {said}", code="agent_import", hint=where
    )


def _place_of(error: BaseException) -> str:
    """File, line and text: of a syntax error its own, else where the code of agents was last, not that of Python."""
    if isinstance(error, SyntaxError) and error.filename:
        return f"{error.filename}, line {error.lineno}: {(error.text or '').strip()}"
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if not _is_ours(frame.filename)]
    return f"{frames[-1].filename}, line {frames[-1].lineno}: {frames[-1].line}" if frames else ""


def _is_ours(filename: str) -> bool:
    """Whether a frame belongs to importing or to this package: the author of the agents can't do anything there."""
    return filename.startswith("<frozen ") or Path(filename).is_relative_to(_PACKAGE) or "importlib" in filename


_PACKAGE = Path(__file__).parent
