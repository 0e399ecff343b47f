"""Functions of contexts (DMN 10.3.4.8)."""

from __future__ import annotations

from dmnroute.feel.builtins.registry import Builtins
from dmnroute.feel.notices import NoticeKind, NoValue

builtin = Builtins()

Context = dict[str, object]


@builtin("get value(m: context, key: string)", "get value(context: context, key: string)")
def get_value(context: Context, key: str) -> object:
    """The value of a key."""
    if key not in context:
        raise NoValue(f"the context has no `{key}`", NoticeKind.UNKNOWN_KEY)
    return context[key]


@builtin("get entries(m: context)", "get entries(context: context)")
def get_entries(context: Context) -> list[Context]:
    """A context with `key` and `value` for each entry."""
    return [{"key": key, "value": value} for key, value in context.items()]


@builtin("context(entries: list)")
def context(entries: list[object]) -> Context:
    """The context of entries that have a `key` and a `value`."""
    result: Context = {}
    for entry in entries:
        if not isinstance(entry, dict) or not isinstance(entry.get("key"), str) or "value" not in entry:
            raise NoValue("an entry is a context with a text `key` and a `value`")
        if entry["key"] in result:
            raise NoValue(f"the key `{entry['key']}` is there twice")
        result[entry["key"]] = entry["value"]
    return result


@builtin("context put(context: context, key: string, value: Any)")
def context_put(context: Context, key: str, value: object) -> Context:
    """The context with one entry added or replaced."""
    return {**context, key: value}


@builtin("context put(context: context, keys: list, value: Any)")
def context_put_at(context: Context, keys: list[object], value: object) -> Context:
    """The context with a value set along a path of keys."""
    if not keys:
        raise NoValue("there is no key")
    first, *rest = keys
    if not isinstance(first, str):
        raise NoValue("a key is a string", NoticeKind.TYPE_MISMATCH)
    if not rest:
        return {**context, first: value}
    inner = context.get(first)
    if inner is not None and not isinstance(inner, dict):
        raise NoValue(f"`{first}` is no context", NoticeKind.TYPE_MISMATCH)
    return {**context, first: context_put_at(inner or {}, rest, value)}


@builtin("context merge(contexts: list)")
def context_merge(contexts: list[object]) -> Context:
    """All entries in one context; of a key that is there twice, the last."""
    result: Context = {}
    for part in contexts:
        if not isinstance(part, dict):
            raise NoValue("only contexts can be merged", NoticeKind.TYPE_MISMATCH)
        result.update(part)
    return result
