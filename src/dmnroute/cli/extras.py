"""Which extra of the package brings a module that is missing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from importlib.metadata import PackageNotFoundError, requires

_REQUIREMENT = re.compile(r"(?P<name>[\w.-]+).*extra\s*==\s*['\"](?P<extra>[\w-]+)['\"]")


def remedy(missing: Sequence[str]) -> str | None:
    """``pip install 'dmnroute[ocr]'``, or the modules themselves when no extra brings them; none when none is missing.

    Distributions and modules bear different names at times; one that holds the other's name is taken for it.
    """
    if not missing:
        return None
    extras = sorted({extra for module in missing if (extra := _extra_with(module))})
    wanted = [f"dmnroute[{','.join(extras)}]"] if extras else missing
    return f"pip install {' '.join(repr(name) for name in wanted)}"


def _extra_with(module: str) -> str | None:
    wanted = _plain(module)
    candidates = ((extra, _plain(name)) for extra, name in _requirements())
    return next((extra for extra, name in candidates if wanted in name), None)


def _requirements() -> Iterator[tuple[str, str]]:
    """Extra and distribution, for everything that an extra of dmnroute brings."""
    try:
        declared = requires("dmnroute") or []
    except PackageNotFoundError:
        return
    for line in declared:
        match = _REQUIREMENT.match(line)
        if match:
            yield match["extra"], match["name"]


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
