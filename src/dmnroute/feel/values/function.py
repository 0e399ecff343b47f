"""Functions as values (DMN 10.3.2.12)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dmnroute.feel.builtins.registry import Builtin
    from dmnroute.feel.evaluation import Evaluation


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """Something that can be invoked: a FEEL function, a business knowledge model, a decision service."""

    name: str
    parameters: tuple[str, ...]
    body: Callable[[Mapping[str, object], Evaluation], object]
    """Takes a value for each parameter (null for one that was not given) and the evaluation that runs."""
    types: tuple[str, ...] = ()
    """The names of the parameters' types, where a model declares them."""
    builtin: Builtin | None = field(default=None, repr=False)
    """The builtin that it is: that takes its arguments in more than one way."""

    def takes(self, count: int) -> bool:
        """Tell whether it can be invoked with so many arguments."""
        return len(self.parameters) == count if self.builtin is None else self.builtin.takes(count)
