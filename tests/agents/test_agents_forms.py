"""Forms: declared by pydantic models, read field by field, shown as Camunda forms."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from types import ModuleType
from typing import Literal

import pytest
from pydantic import BaseModel, Field, model_validator

from dmnroute import form
from dmnroute.agents.camunda_form import any_answer, camunda_form
from dmnroute.agents.forms import spec_of_form
from dmnroute.agents.registry import Registry
from dmnroute.errors import AgentError


class Place(BaseModel):
    city: str
    code: str | None = Field(None, pattern=r"\d{5}")


@form("claim_check")
class ClaimCheck(BaseModel):
    """Should this claim be paid?

    Look at the photos, too.
    """

    verdict: Literal["pay", "refuse"] = Field(description="Your decision")
    amount: Decimal = Field(gt=0, le=1000)
    urgent: bool
    day: date | None = None
    parts: int = Field(1, ge=1)
    note: str = Field("", max_length=500)
    name: str = Field("", max_length=40)
    place: Place | None = None
    kinds: list[Literal["fire", "water"]] = []
    tags: list[str] = []


SPEC = spec_of_form("claim_check", ClaimCheck)


def module(**names: object) -> ModuleType:
    made = ModuleType("m")
    vars(made).update(names)
    return made


def test_a_form_is_found_by_its_name() -> None:
    """Its fields become facts that tables know; a subclass isn't declared by itself."""

    class Stricter(ClaimCheck):
        pass

    catalogue = Registry.of([module(ClaimCheck=ClaimCheck, again=ClaimCheck, Stricter=Stricter)]).catalogue
    spec = catalogue.form("claim_check")
    assert spec is not None
    assert (spec.name, spec.title) == ("claim_check", "Should this claim be paid?")
    assert {"verdict", "amount"} <= catalogue.known_facts()
    assert (catalogue.form("other"), catalogue.form(None)) == (None, None)


def test_two_forms_of_one_name_are_an_error() -> None:
    """Both places are named."""

    @form("claim_check")
    class Other(BaseModel):
        pass

    with pytest.raises(AgentError, match=r"two forms are named `claim_check`: .*ClaimCheck` and .*Other`") as caught:
        Registry.of([module(ClaimCheck=ClaimCheck)]).with_others(Registry.of([module(Other=Other)]))
    assert caught.value.code == "duplicate_form"


def test_a_name_must_be_an_identifier() -> None:
    """It becomes a part of ids."""
    with pytest.raises(AgentError, match="form name `claim-check` is not an identifier"):
        form("claim-check")


def test_an_answer_is_read_by_the_types_of_its_fields() -> None:
    """As JSON can carry it; lists and contexts may come as JSON text, as from a text field."""
    given = {"verdict": "pay", "amount": "12.5", "urgent": True, "day": "2026-12-01", "place": '{"city": "Ulm"}'}
    reading = SPEC.read(given | {"tags": '["a"]'})
    assert reading.problems == ()
    assert reading.output == {
        "verdict": "pay",
        "amount": Decimal("12.5"),
        "urgent": True,
        "day": "2026-12-01",
        "parts": 1,
        "note": "",
        "name": "",
        "place": {"city": "Ulm", "code": None},
        "kinds": [],
        "tags": ["a"],
    }


def test_every_field_that_is_wrong_is_named() -> None:
    """With its path, and what it should be."""
    problems = SPEC.read({"verdict": "x", "amount": 0, "place": {"code": "1"}, "tags": "no JSON"}).problems
    assert [str(problem) for problem in problems] == [
        "verdict: input should be 'pay' or 'refuse'",
        "amount: input should be greater than 0",
        "urgent: field required",
        "place.city: field required",
        "place.code: string should match pattern '\\d{5}'",
        "tags: input should be a valid list",
    ]


def test_a_rule_about_several_fields_has_no_path() -> None:
    """And a validator that fails itself refuses the answer, too."""

    class Range(BaseModel):
        low: int
        high: int

        @model_validator(mode="after")
        def in_order(self) -> Range:
            if self.low > self.high:
                raise ValueError("low is above high")
            assert 1 / self.low
            return self

    read = spec_of_form("range", Range).read
    assert [str(each) for each in read({"low": 2, "high": 1}).problems] == ["value error, low is above high"]
    assert [str(each) for each in read({"low": 0, "high": 1}).problems] == [
        "its validation failed: ZeroDivisionError: division by zero"
    ]


def test_a_camunda_form_has_a_field_for_each_property() -> None:
    """Choices, numbers, dates, groups; what Camunda has no field for is written as JSON text."""
    made = camunda_form(SPEC, id="dmnroute-form-claim_check")
    assert (made["id"], made["type"]) == ("dmnroute-form-claim_check", "default")
    fields = {each["key"]: each for each in made["components"] if "key" in each}
    assert fields["answer.verdict"] == {
        "id": "answer_verdict",
        "label": "Verdict",
        "description": "Your decision",
        "key": "answer.verdict",
        "type": "select",
        "values": [{"label": "pay", "value": "pay"}, {"label": "refuse", "value": "refuse"}],
        "validate": {"required": True},
    }
    assert {key.removeprefix("answer."): each["type"] for key, each in fields.items()} == {
        "verdict": "select",
        "amount": "number",
        "urgent": "checkbox",
        "day": "datetime",
        "parts": "number",
        "note": "textarea",
        "name": "textfield",
        "kinds": "checklist",
        "tags": "textarea",
    }
    assert fields["answer.parts"] | {"id": "", "label": ""} == {
        "id": "",
        "label": "",
        "key": "answer.parts",
        "type": "number",
        "decimalDigits": 0,
        "defaultValue": 1,
        "validate": {"min": 1},
    }
    (group,) = (each for each in made["components"] if each["type"] == "group")
    assert group["path"] == "answer.place"
    assert [(each["key"], each.get("validate")) for each in group["components"]] == [
        ("city", None),  # the place may be left out, so nothing of it has to be given
        ("code", {"pattern": "\\d{5}"}),
    ]


def test_people_who_are_asked_without_a_form_write_a_text() -> None:
    """It is found as the field `answer` of their answer."""
    assert any_answer(id="any")["components"][-1]["key"] == "answer.answer"
