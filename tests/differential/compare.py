"""Ask both engines, and tell whether they say the same."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from tests.differential.oracle import Answer, Camunda, Question, read, written

from dmnroute.dmn import Model, load
from dmnroute.errors import FeelError, TableError
from dmnroute.feel import Evaluation, Expression, UnaryTests, compile, unary_tests
from dmnroute.feel.values import from_python

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
"""The clock on both sides."""
_SYNTAX = ("feel_syntax", "feel_limit")
_FRACTION = re.compile(r"\.[0-9]+S$")
"""Camunda's texts of durations have none (`duration-as-text` in explained.py); any difference of two moments may."""


@dataclass(frozen=True)
class Difference:
    """What the two engines make of one question."""

    question: Question
    ours: Answer
    theirs: Answer

    def __str__(self) -> str:
        asked = {key: value for key, value in self.question.items() if key not in ("kind", "context")}
        return f"{asked}\n    ours:    {self.ours}\n    Camunda: {self.theirs}\n    context: {self.question['context']}"


def ours(question: Question) -> Answer:
    """Our answer in the shape of Camunda's: a value, or why it can't be read, or why it fails."""
    try:
        return {"value": written(_evaluated(question))}
    except FeelError as error:
        return {"parse" if error.code in _SYNTAX else "failure": error.message}
    except TableError as error:
        return {"failure" if error.code in ("hit_policy", "type") else "parse": error.message}


def _evaluated(question: Question) -> object:
    context = from_python(question["context"])
    assert isinstance(context, dict)
    match question["kind"]:
        case "expression":
            return _expression(question["text"]).run(context, Evaluation(now=NOW))
        case "unary":
            return _tests(question["text"]).run(from_python(question["input"]), context, Evaluation(now=NOW))
    result = _model(question["text"]).evaluate(question["decision"], question["context"], now=NOW)
    return from_python(result.value)


@lru_cache(maxsize=4)
def _expression(text: str) -> Expression:
    return compile(text, dialect="camunda")


@lru_cache(maxsize=4)
def _tests(text: str) -> UnaryTests:
    return unary_tests(text, dialect="camunda")


@lru_cache(maxsize=4)
def _model(text: str) -> Model:
    return load(text, dialect="camunda")


def differences(questions: Iterable[Question], camunda: Camunda) -> list[Difference]:
    """Those of the questions on which the engines differ."""
    listed = list(questions)
    found = []
    for question, answer in zip(listed, camunda.ask(listed), strict=True):
        mine = ours(question)
        theirs = {"value": read(answer["value"])} if "value" in answer else answer
        if not _same(question, mine, theirs):
            found.append(Difference(question, mine, theirs))
    return found


def _same(question: Question, mine: Answer, theirs: Answer) -> bool:
    """Equal values, or an error of the same sort; of a test only whether it is met."""
    if mine.keys() != theirs.keys():
        return False
    if "value" not in mine:
        return True
    if question["kind"] == "unary":
        return (mine["value"] is True) is (theirs["value"] is True)
    return same_value(mine["value"], theirs["value"])


def same_value(mine: Any, theirs: Any) -> bool:
    """Equal in kind and value; true is never 1."""
    if type(mine) is not type(theirs):
        return False
    if isinstance(mine, str):
        return theirs in (mine, _FRACTION.sub("S", mine))
    if isinstance(mine, list):
        return len(mine) == len(theirs) and all(map(same_value, mine, theirs))
    if isinstance(mine, dict):
        return mine.keys() == theirs.keys() and all(same_value(value, theirs[key]) for key, value in mine.items())
    return bool(mine == theirs)
