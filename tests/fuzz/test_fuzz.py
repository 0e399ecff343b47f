"""Every input of the fuzzer's corpus, and whatever it has found, ends as its target promises."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.fuzz.targets import TARGETS

CORPUS = Path(__file__).with_name("corpus")
INPUTS = [(name, path) for name in TARGETS for path in sorted((CORPUS / name).iterdir())]


@pytest.mark.parametrize(("name", "path"), INPUTS, ids=[f"{name}: {path.name}" for name, path in INPUTS])
def test_an_input_of_the_corpus_ends_well(name: str, path: Path):
    """A value or a named error, and nothing else."""
    TARGETS[name](path.read_bytes())


def test_every_target_has_a_corpus():
    """No target starts from nothing."""
    assert {name for name, _ in INPUTS} == set(TARGETS)
