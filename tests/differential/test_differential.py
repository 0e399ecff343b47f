"""Our Camunda dialect and Camunda's own engine say the same, but for a list of differences with reasons."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from tests.differential.__main__ import drawn
from tests.differential.compare import differences
from tests.differential.explained import EXPLAINED
from tests.differential.oracle import Camunda, NoCamundaError
from tests.differential.questions import QUESTIONS


@pytest.fixture(scope="module")
def camunda() -> Iterator[Camunda]:
    """Camunda's engine, where its jars and a JDK are."""
    try:
        engine = Camunda()
    except NoCamundaError as error:
        pytest.skip(f"NOT COMPARED WITH CAMUNDA: {error}")
    with engine:
        yield engine


def _question(example: str) -> dict[str, object]:
    if not example.startswith("? "):
        return {"kind": "expression", "text": example, "context": {}}
    given, _, text = example[2:].partition(" | ")
    return {"kind": "unary", "text": text, "input": json.loads(given), "context": {}}


@pytest.mark.parametrize("kind", QUESTIONS)
def test_the_engines_agree(camunda: Camunda, kind: str):
    """On some hundred drawn texts, each with several contexts, there is no difference."""
    questions = drawn(kind, 60, 20)
    assert len(questions) > 100
    assert [str(difference) for difference in differences(questions, camunda)] == []


@pytest.mark.parametrize(
    "example", [example for explained in EXPLAINED for example in explained.examples], ids=lambda text: text
)
def test_an_explained_difference_is_still_one(camunda: Camunda, example: str):
    """The list of differences doesn't outlive them."""
    assert len(differences([_question(example)], camunda)) == 1


def test_explanations_have_names_of_their_own():
    """A name means one difference."""
    names = [explained.name for explained in EXPLAINED]
    assert len(names) == len(set(names))
    assert all(explained.reason for explained in EXPLAINED)
