"""What a test case says: records, the same from every kind of file."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from dmnroute.routing.records.run import Limits, RunStatus
from dmnroute.routing.records.step import StepError


class Said(BaseModel):
    """Frozen; an unknown entry is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class DecisionCase(Said):
    """A decision with its inputs: the expected value, the expected rules, or the expected error."""

    name: str
    decision: str | None = None
    """Name or id; the policy's route when none is named."""
    given: dict[str, Any] = {}
    """Inputs by name. Of the route's, what isn't said is as at the start of a run."""
    expect: Any = None
    """The value; of contexts, the entries that are named here."""
    rules: tuple[int, ...] | None = None
    """The rules of the decision that match, counted from 1, in the order of the table."""
    error: str | None = None
    """The code of the error that the decision ends with."""

    @model_validator(mode="after")
    def _says_something(self) -> DecisionCase:
        if not self.model_fields_set & {"expect", "rules", "error"}:
            raise ValueError("say what is expected: `expect`, `rules` or `error`")
        return self

    @property
    def expects_value(self) -> bool:
        """Whether a value is expected, be it null."""
        return "expect" in self.model_fields_set


class Answer(Said):
    """What a scripted agent answers to one call."""

    output: dict[str, Any] | None = None
    error: StepError | None = None
    confidence: Decimal | None = Field(None, ge=0, le=1)
    cost: Decimal | None = Field(None, ge=0)
    tokens: int | None = Field(None, ge=0)
    metrics: dict[str, Decimal] = {}
    proposal: list[dict[str, Any]] = []

    @model_validator(mode="after")
    def _says_one_thing(self) -> Answer:
        if (self.output is None) == (self.error is None):
            raise ValueError("an agent answers with either `output` or `error`")
        return self


class Script(Said):
    """A whole run with scripted agents."""

    input: dict[str, Any] = {}
    agents: dict[str, Answer | list[Answer]] = {}
    """Agent → its answer, or its answers in the order of the calls; the last one is repeated."""
    answers: list[dict[str, Any]] = []
    """What people answer, question after question."""
    signals: dict[str, Any] = {}
    arrives: dict[int, dict[str, Any]] = {}
    """Hop → the input that arrives while it goes on."""
    limits: Limits = Limits()


class RunExpectation(Said):
    """How a run is expected to go; what isn't said may be anything."""

    status: RunStatus | None = None
    route: list[str] | None = None
    """Hop by hop: the agents (`read_text`, `ocr, ocr`), else the action (`complete`)."""
    result: Any = None


class RunCase(Said):
    """A run with scripted agents, and how it is expected to go."""

    name: str
    run: Script
    expect: RunExpectation

    @model_validator(mode="after")
    def _says_something(self) -> RunCase:
        if not self.expect.model_fields_set:
            raise ValueError("say what is expected: `status`, `route` or `result`")
        return self


Case = DecisionCase | RunCase
