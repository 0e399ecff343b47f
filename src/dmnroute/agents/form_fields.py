"""The fields of an answer as a Camunda form gives them: an empty text where nothing was written, JSON as a text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

import simplejson

_NOTHING = (None, "")


def given_fields(answer: Mapping[str, Any], schema: Mapping[str, Any], whole: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that somebody gave, as their model reads them.

    Lists and contexts may be given as JSON text. What was left empty is null where null is allowed, and left out where
    the field has a default; an empty text that is a value of its field stays. `whole` is the schema of the form,
    `schema` that of these fields.
    """
    fields, required = schema.get("properties", {}), schema.get("required", ())
    given: dict[str, Any] = {}
    for name, value in answer.items():
        if name not in fields:
            given[name] = value
            continue
        options = list(_options(fields[name], whole))
        read = _read(value, options, whole)
        if read in _NOTHING and not _is_value(read, options):
            if _may_be_null(options):
                given[name] = None
            elif name in required:
                given[name] = read
        else:
            given[name] = read
    return given


def _options(field: Mapping[str, Any], whole: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The schemas that a value may fit, references followed."""
    for option in field.get("anyOf", [field]):
        yield whole["$defs"][option["$ref"].rpartition("/")[2]] if "$ref" in option else option


def _read(value: Any, options: list[Mapping[str, Any]], whole: Mapping[str, Any]) -> Any:
    kinds = {option.get("type") for option in options}
    if isinstance(value, str) and kinds & {"array", "object"} and "string" not in kinds:
        with suppress(ValueError):
            value = simplejson.loads(value, use_decimal=True)
    inner = next((option for option in options if "properties" in option), None)
    if not isinstance(value, Mapping) or inner is None:
        return value
    if _may_be_null(options) and _is_empty(value):
        return None
    return given_fields(value, inner, whole)


def _is_empty(value: Any) -> bool:
    return all(map(_is_empty, value.values())) if isinstance(value, Mapping) else value in _NOTHING


def _may_be_null(options: list[Mapping[str, Any]]) -> bool:
    return any(option.get("type") == "null" for option in options)


def _is_value(value: Any, options: list[Mapping[str, Any]]) -> bool:
    """Whether nothing is something here: an empty text where null isn't allowed, but texts without a form are."""
    if value is None:
        return _may_be_null(options)
    texts = [option for option in options if option.get("type") == "string" and "format" not in option]
    return bool(texts) and not _may_be_null(options) and not any("enum" in option for option in texts)
