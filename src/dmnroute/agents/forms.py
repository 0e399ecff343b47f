"""Declare what people are asked with: a form is a pydantic model with a name that tables use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from dmnroute.agents.declaration import NAME
from dmnroute.agents.form_fields import given_fields
from dmnroute.errors import AgentError
from dmnroute.routing.canonical import plain
from dmnroute.routing.forms import FormSpec, Problem, Reading

M = TypeVar("M", bound=type[BaseModel])

_MARK = "__dmnroute_form__"


def form(name: str) -> Callable[[M], M]:
    """Declare a pydantic model as a form: tables name it in the column `form`, and answers have to fit it.

    Raises:
        AgentError: the name isn't an identifier.
    """
    if not NAME.match(name):
        raise AgentError(
            f"form name `{name}` is not an identifier",
            code="form_name",
            hint="use letters, digits and underscores, as in `claim_check`",
        )

    def declare(model: M) -> M:
        setattr(model, _MARK, name)
        return model

    return declare


def form_name(candidate: object) -> str | None:
    """The name by which this very class was declared (a subclass isn't by itself); null when it wasn't."""
    return vars(candidate).get(_MARK) if isinstance(candidate, type) else None


def spec_of_form(name: str, model: type[BaseModel]) -> FormSpec:
    """One form as tables, engines and the command line see it."""
    schema = plain(model.model_json_schema())

    def read(answer: Mapping[str, Any]) -> Reading:
        given = given_fields(answer, schema, schema)
        try:
            return Reading(plain(model.model_validate(given).model_dump()))
        except ValidationError as error:
            return Reading(problems=tuple(map(_problem, error.errors(include_url=False, include_input=False))))
        except Exception as error:  # validators are code of the project
            return Reading(problems=(Problem("", f"its validation failed: {type(error).__name__}: {error}"),))

    title = str(schema.get("description") or schema.get("title") or name).partition("\n")[0]
    return FormSpec(name, title, schema, frozenset(model.model_fields), read)


def _problem(found: ErrorDetails) -> Problem:
    place = ".".join(str(part) for part in found["loc"])
    return Problem(place, found["msg"][:1].lower() + found["msg"][1:])
