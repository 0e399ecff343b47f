"""Import the modules of a project's agents."""

from __future__ import annotations

import importlib
import sys
import traceback
from collections.abc import Iterable, Iterator
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
    spec = spec_from_file_location(name, file, submodule_search_locations=[str(path)] if path.is_dir() else None)
    if spec is None or spec.loader is None:
        return None
    module = module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        del sys.modules[name]
        raise _not_importable(name, error) from error
    return module


def _with_submodules(top: ModuleType) -> Iterator[ModuleType]:
    yield top
    for info in walk_packages(getattr(top, "__path__", ()), prefix=f"{top.__name__}."):
        yield _imported(info.name)


def _imported(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except Exception as error:
        raise _not_importable(name, error) from error


def _not_importable(name: str, error: Exception) -> AgentError:
    if isinstance(error, AgentError):
        return error
    last = traceback.extract_tb(error.__traceback__)[-1]
    return AgentError(
        f"module `{name}` can't be imported: {type(error).__name__}: {error}",
        code="agent_import",
        hint=f"{last.filename}, line {last.lineno}: {last.line}",
    )
