"""What the tests of document intake share: the samples, and a way to call agents as a run does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dmnroute import Agent
from dmnroute.testing import RecordingStep, step_for

SAMPLES = Path(__file__).parents[2] / "workers" / "intake" / "samples"

Call = Callable[..., Any]


@pytest.fixture(scope="session")
def sample() -> Callable[[str], str]:
    """The path of a sample by its name."""
    return lambda name: str(SAMPLES / name)


@pytest.fixture
def step() -> RecordingStep:
    """A step that remembers what was reported."""
    return step_for("test")


@pytest.fixture
def call(step: RecordingStep) -> Call:
    """Call an agent with the fields of its input; a missing model skips the test."""

    def called(agent: Agent[..., Any], **fields: Any) -> Any:
        if agent.missing:
            pytest.skip(f"agent {agent.name} needs {', '.join(agent.missing)}: install the extras demo and ocr")
        return agent(agent.input_type(**fields), step)

    return called
