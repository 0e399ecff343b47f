"""Forms as Camunda's own form-js has them: it imports what we make of models, and we read what it submits."""

from __future__ import annotations

import subprocess
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import pytest
from pydantic import BaseModel, Field
from tests.support.npm import installed

from dmnroute.agents.camunda_form import any_answer, camunda_form
from dmnroute.agents.forms import spec_of_form
from dmnroute.agents.loading import load_folder
from dmnroute.routing.canonical import dumps, loads

ROOT = Path(__file__).parents[2]
SCRIPT = Path(__file__).with_name("form_js.mjs")
PACKAGES = Path(__file__).with_name("form-js")


class Place(BaseModel):
    city: str
    code: str | None = Field(None, pattern=r"\d{5}")


class Everything(BaseModel):
    """All that a form may ask for."""

    verdict: Literal["pay", "refuse"]
    amount: Decimal = Field(ge=0, le=1000)
    count: int = Field(1, ge=1)
    urgent: bool = False
    day: date | None = None
    at: datetime | None = None
    hour: time | None = None
    name: str = Field("", max_length=40)
    note: str | None = None
    place: Place | None = None
    home: Place
    kinds: list[Literal["fire", "water"]] = []
    tags: list[str] = []


@pytest.fixture(scope="module")
def folder() -> Path:
    """Where form-js is."""
    return installed(PACKAGES)


def submitted(folder: Path, *cases: tuple[dict[str, Any], dict[str, Any]]) -> list[dict[str, Any]]:
    """What form-js makes of forms that are filled so."""
    given = dumps([{"form": form, "data": data} for form, data in cases])
    done = subprocess.run(
        ["node", str(SCRIPT), str(folder)], input=given, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    answers: list[dict[str, Any]] = loads(done.stdout)
    return answers


SPEC = spec_of_form("everything", Everything)
FORM = camunda_form(SPEC, id="everything")
LEAST = {"verdict": "pay", "amount": 12.5, "home": {"city": "Rome"}}
"""What nobody can leave out."""


def test_form_js_imports_every_form(folder: Path) -> None:
    """Those of the projects that ship, and the one for any answer: without a warning, whatever is asked."""
    registry = load_folder(ROOT / "workers" / "examples").with_others(load_folder(ROOT / "workers"))
    forms = [camunda_form(form, id=name) for name, form in (registry.catalogue.forms or {}).items()]
    asked = {"question": {"claim": 7}, "refused": "amount: field required"}
    found = submitted(folder, *((form, asked) for form in (FORM, any_answer(id="any"), *forms)))
    assert len(found) > 2
    assert [answer["warnings"] for answer in found] == [[] for _ in found]


def test_what_is_left_empty_is_left_out(folder: Path) -> None:
    """A person fills in only what has to be filled in, and the answer fits."""
    [answer] = submitted(folder, (FORM, {"answer": LEAST}))
    assert answer["errors"] == {}
    reading = SPEC.read(answer["data"]["answer"])
    assert reading.problems == ()
    assert reading.output == {
        "verdict": "pay",
        "amount": Decimal("12.5"),
        "count": 1,
        "urgent": False,
        "day": None,
        "at": None,
        "hour": None,
        "name": "",
        "note": None,
        "place": None,
        "home": {"city": "Rome", "code": None},
        "kinds": [],
        "tags": [],
    }


def test_what_people_fill_in_comes_back(folder: Path) -> None:
    """Every kind of field, read by the types of the model."""
    given = {
        **LEAST,
        "count": 3,
        "urgent": True,
        "day": "2026-12-01",
        "at": "2026-12-01T10:30Z",
        "hour": "10:30Z",
        "name": "Ada",
        "note": "look at the photos",
        "place": {"city": "Bonn", "code": "53111"},
        "kinds": ["fire", "water"],
        "tags": '["wet", "dark"]',
    }
    [answer] = submitted(folder, (FORM, {"answer": given}))
    assert answer["errors"] == {}
    reading = SPEC.read(answer["data"]["answer"])
    assert reading.problems == ()
    assert reading.output | {"at": None, "hour": None} == {
        **given,
        "amount": Decimal("12.5"),
        "at": None,
        "hour": None,
        "home": {"city": "Rome", "code": None},
        "tags": ["wet", "dark"],
    }
    assert (reading.output["at"], reading.output["hour"]) == ("2026-12-01T10:30:00+00:00", "10:30:00+00:00")


def test_form_js_refuses_what_the_model_refuses(folder: Path) -> None:
    """Before anything is sent: what is missing, too large, or not of the pattern."""
    wrong = {"amount": 1001, "count": 0, "place": {"code": "531"}}
    [answer] = submitted(folder, (FORM, {"answer": wrong}))
    assert sorted(answer["errors"]) == [
        "answer_amount",
        "answer_count",
        "answer_home_city",
        "answer_place_code",
        "answer_verdict",
    ]
