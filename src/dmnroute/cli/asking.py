"""Ask for an answer on a terminal, field by field, as its form has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import simplejson
import typer

from dmnroute.cli import streams
from dmnroute.cli.given import json_or_text
from dmnroute.cli.streams import json_text
from dmnroute.routing.forms import FormSpec


def ask(form: FormSpec) -> dict[str, Any]:
    """The answer; a field is asked again until it fits. An empty line leaves out what needn't be there."""
    streams.note(form.title)
    given: dict[str, Any] = {}
    for name in form.schema.get("properties", {}):
        _ask_field(form, name, given)
    return given


def _ask_field(form: FormSpec, name: str, given: dict[str, Any]) -> None:
    while True:
        said = typer.prompt(_label(form, name), default="", show_default=False, err=True).strip()
        if said:
            given[name] = value_of(said, form, name)
        problems = [str(each) for each in form.read(given).problems if each.field.partition(".")[0] == name]
        if not problems:
            return
        given.pop(name, None)
        streams.note("; ".join(problems))


def value_of(said: str, form: FormSpec, name: str) -> Any:
    """The value of a text: where the field is a text it stands as it is, else it is read as JSON where it is JSON."""
    kinds = {option.get("type") for option in options(form, name)}
    words = {"yes": True, "y": True, "no": False, "n": False}
    if "boolean" in kinds and said.lower() in words:
        return words[said.lower()]
    return said if "string" in kinds and not _is_null(said, kinds) else json_or_text(said)


def _is_null(said: str, kinds: set[Any]) -> bool:
    return said == "null" and "null" in kinds


def typed(parts: Sequence[str], form: FormSpec | None) -> list[str]:
    """The parts `key=value` of an answer, where a field that is a text takes any value as it stands."""
    return [_typed(part, form) if form else part for part in parts]


def _typed(part: str, form: FormSpec) -> str:
    name, equals, value = part.partition("=")
    if equals and name in form.fields:
        return f"{name}={simplejson.dumps(value_of(value, form, name), use_decimal=True)}"
    return part


def options(form: FormSpec, name: str) -> list[Mapping[str, Any]]:
    """The schemas that a value of a field may fit, references followed."""
    field = form.schema["properties"][name]
    return [_followed(option, form.schema) for option in field.get("anyOf", [field])]


def _followed(field: Mapping[str, Any], whole: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = whole["$defs"][field["$ref"].rpartition("/")[2]] if "$ref" in field else field
    return found


def _label(form: FormSpec, name: str) -> str:
    """``amount (number, > 0)``, ``verdict (pay, refuse)``, ``note (string, may be left out)``"""
    found = [option for option in options(form, name) if option.get("type") != "null"]
    if any(option.get("type") == "number" for option in found):  # a decimal number may be given as a text, too
        found = [option for option in found if option.get("type") != "string"]
    notes = list(dict.fromkeys(note for option in found for note in _notes(option)))
    if name not in form.schema.get("required", ()):
        default = form.schema["properties"][name].get("default")
        notes.append("may be left out" if default is None else f"else {json_text(default)}")
    return f"{name} ({', '.join(notes)})" if notes else name


_BOUNDS = {"minimum": "≥", "exclusiveMinimum": ">", "maximum": "≤", "exclusiveMaximum": "<"}


def _notes(option: Mapping[str, Any]) -> list[str]:
    words = option.get("enum", [option["const"]] if "const" in option else None)
    if words is not None:
        return [str(word) for word in words]
    kind = option.get("type")
    shown = {"boolean": "yes or no", "array": "a JSON list", "object": "a JSON object"}.get(str(kind), str(kind))
    named = [option.get("format") or shown] if kind else []
    return [*named, *(f"{sign} {float(option[name]):g}" for name, sign in _BOUNDS.items() if name in option)]
