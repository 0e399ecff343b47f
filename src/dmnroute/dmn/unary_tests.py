"""What a cell asks of a value, as far as whoever runs it has to know."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dmnroute.feel import Evaluation, Reference
    from dmnroute.feel.values import Value


class Tests(Protocol):
    """The tests of a cell, ready to run."""

    @property
    def text(self) -> str: ...

    @property
    def references(self) -> tuple[Reference, ...]: ...

    def run(self, input_value: Value, scope: Mapping[str, Value], evaluation: Evaluation) -> bool | None: ...


def meets(tests: Tests, value: Value, evaluation: Evaluation) -> bool:
    """Whether a value meets tests that read nothing but it. What they notice is no news: not to meet them is."""
    noticed = len(evaluation.notices)
    met = tests.run(value, {}, evaluation) is True
    del evaluation.notices[noticed:]
    return met
