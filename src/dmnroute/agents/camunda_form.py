"""A form as Camunda's Modeler and Tasklist show it: Camunda form JSON, made from the JSON Schema of the answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dmnroute.routing.forms import FormSpec

ANSWER = "answer"
"""The variable that holds the answer: the keys of all fields begin with it."""

LONG = 200
"""Texts that may be longer than this get several lines."""

_HEAD: dict[str, Any] = {
    "type": "default",
    "schemaVersion": 16,
    "executionPlatform": "Camunda Cloud",
    "executionPlatformVersion": "8.5.0",
    "exporter": {"name": "dmnroute", "version": "1"},
}

_FORMATS: Mapping[str, dict[str, Any]] = {
    "date": {"type": "datetime", "subtype": "date", "dateLabel": "Date"},
    "date-time": {"type": "datetime", "subtype": "datetime", "dateLabel": "Date", "timeLabel": "Time"},
    "time": {"type": "datetime", "subtype": "time", "timeLabel": "Time"},
}


def camunda_form(form: FormSpec, *, id: str) -> dict[str, Any]:
    """The form with a field for each property; what Camunda has no field for is written as JSON text."""
    schema = form.schema
    components = [*_question(form.title), *_fields(schema, schema, ANSWER, key=f"{ANSWER}.")]
    return {"id": id, **_HEAD, "components": components}


def any_answer(*, id: str) -> dict[str, Any]:
    """The form for people who are asked without one: a text, found as `steps.people.output.answer`."""
    field = {"type": "textarea", "key": f"{ANSWER}.answer", "id": "answer", "label": "Answer"}
    return {"id": id, **_HEAD, "components": [*_question("A run asks"), field]}


def _question(title: str) -> Iterator[dict[str, Any]]:
    """The title, what the table shows, and what was wrong with the answer before."""
    yield {"type": "text", "id": "title", "text": f"# {title}"}
    yield {
        "type": "text",
        "id": "question",
        "text": "{{#loop get entries(question)}}\n**{{key}}**: {{value}}\n\n{{/loop}}",
        "conditional": {"hide": "=question = null"},
    }
    yield {
        "type": "text",
        "id": "refused",
        "text": "**The answer before was refused:** {{refused}}",
        "conditional": {"hide": "=refused = null"},
    }


def _fields(
    schema: Mapping[str, Any], whole: Mapping[str, Any], path: str, *, key: str = "", optional: bool = False
) -> Iterator[dict[str, Any]]:
    """Keys within a group are relative to its path. Nothing is required in a group that may be left out."""
    required = () if optional else schema.get("required", ())
    for name, field in schema.get("properties", {}).items():
        yield _component(field, whole, f"{path}.{name}", f"{key}{name}", required=name in required)


def _component(
    field: Mapping[str, Any], whole: Mapping[str, Any], path: str, key: str, *, required: bool
) -> dict[str, Any]:
    kind = {**_resolved(field, whole), **{key: text for key, text in field.items() if key in ("title", "description")}}
    common: dict[str, Any] = {"id": path.replace(".", "_"), "label": kind.get("title") or path.rpartition(".")[2]}
    if "description" in kind:
        common["description"] = kind["description"]
    if kind.get("type") == "object" and "properties" in kind:
        inner = list(_fields(kind, whole, path, optional=not required))
        return common | {"type": "group", "path": key, "components": inner}
    shown = _shown(kind, whole)
    rules = _rules(kind, shown["type"], required=required)
    default = {"defaultValue": kind["default"]} if kind.get("default") is not None else {}
    return common | {"key": key} | shown | default | ({"validate": rules} if rules else {})


def _resolved(field: Mapping[str, Any], whole: Mapping[str, Any]) -> dict[str, Any]:
    """The schema meant: references followed, and null left out of what may be null."""
    if "$ref" in field:
        return _resolved(whole["$defs"][field["$ref"].rpartition("/")[2]], whole)
    options = [option for option in field.get("anyOf", ()) if option.get("type") != "null"]
    # A decimal number may be given as a number or as a text.
    found = next((option for option in options if option.get("type") == "number"), next(iter(options), None))
    return {**field} if found is None else {**field, **_resolved(found, whole)}


def _shown(kind: Mapping[str, Any], whole: Mapping[str, Any]) -> dict[str, Any]:
    """The type of the component, with what only this type has."""
    choices = _choices(kind)
    if choices:
        return {"type": "select", "values": choices}
    match kind.get("type"):
        case "boolean":
            return {"type": "checkbox"}
        case "integer":
            return {"type": "number", "decimalDigits": 0}
        case "number":
            return {"type": "number"}
        case "array" if chosen := _choices(_resolved(kind.get("items", {}), whole)):
            return {"type": "checklist", "values": chosen}
        case "string" if kind.get("format") in _FORMATS:
            return dict(_FORMATS[kind["format"]])
        case "string" if kind.get("maxLength", 0) <= LONG:
            return {"type": "textfield"}
    return {"type": "textarea"}


def _choices(kind: Mapping[str, Any]) -> list[dict[str, str]]:
    words = kind.get("enum", [kind["const"]] if "const" in kind else [])
    return [{"label": str(word), "value": str(word)} for word in words]


_RULES: Mapping[str, str] = {
    "minimum": "min",
    "maximum": "max",
    "minLength": "minLength",
    "maxLength": "maxLength",
    "pattern": "pattern",
}


def _rules(kind: Mapping[str, Any], shown: str, *, required: bool) -> dict[str, Any]:
    """What the form checks by itself; a required checkbox would have to be ticked, so it never is."""
    texts = shown in ("textfield", "textarea") and kind.get("type") == "string"
    known = ("minLength", "maxLength", "pattern") if texts else ("minimum", "maximum") if shown == "number" else ()
    rules = {_RULES[name]: kind[name] for name in known if name in kind}
    return rules | ({"required": True} if required and shown != "checkbox" else {})
