"""The output columns of the `Route` decision: their names, and the types they are read as."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, cast, get_args

from dmnroute.errors import NOWHERE, Place, RouteError, did_you_mean
from dmnroute.routing.collect_rules import COLLECT_RULES, Collect, is_rule
from dmnroute.routing.moments import moment_of_text
from dmnroute.routing.records.hop import OnInput
from dmnroute.routing.records.step import ReuseScope
from dmnroute.routing.shown import shown

LONGEST = 3_155_760_000
"""Seconds: a hundred years. What is longer than that can't be added to a date."""
GREATEST = 1_000_000
"""The greatest whole number that a column takes."""
LONGEST_KEY = 100
"""Characters of a branch's key."""
GREATEST_KEY = 10**18
"""The greatest number that is one."""

ACTIONS = ("dispatch", "wait", "escalate", "complete", "fail")
PICKS = ("all", "first")
ON_INPUT: tuple[OnInput, ...] = get_args(OnInput)
REUSE_SCOPES: tuple[ReuseScope, ...] = get_args(ReuseScope)

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
"""Names that are FEEL identifiers, so that tables can write `steps.read_text.confidence`."""

WORDS: Mapping[str, tuple[str, ...]] = {"action": ACTIONS, "pick": PICKS, "on_input": ON_INPUT}
"""The words that columns know."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the route: what one matched rule says."""

    values: Mapping[str, Any]
    place: Place = NOWHERE
    """The rule, for errors."""

    def wrong(self, column: str, expected: str, *, hint: str = "") -> RouteError:
        """The error `wrong_type` at the column."""
        place = Place(self.place.file, self.place.decision, self.place.rule, f"output {column}")
        value = self.values.get(column)
        return RouteError(
            f"column `{column}` must be {expected}, not {shown(value)}", code="wrong_type", place=place, hint=hint
        )


def text(row: Row, column: str) -> str | None:
    """A text, or null; a text without characters says nothing either."""
    value = row.values.get(column)
    if value is None or isinstance(value, str):
        return value or None
    raise row.wrong(column, "a text")


def name(row: Row, column: str) -> str | None:
    """A text that tables can write after `steps.`, or null."""
    value = text(row, column)
    if value is None or NAME.match(value):
        return value
    raise row.wrong(column, "a name of letters, digits and underscores", hint="tables read `steps.<name>`")


def seconds(row: Row, column: str) -> Decimal | None:
    """A number of seconds or a days-and-time duration, not negative; or null."""
    value = row.values.get(column)
    if value is None:
        return None
    if _is_number(value) and 0 <= value <= LONGEST:
        return Decimal(value)
    raise row.wrong(column, "a number of seconds (or a duration), from 0 to a hundred years")


def some_seconds(row: Row, column: str) -> Decimal | None:
    """A number of seconds or a days-and-time duration, more than none; or null."""
    value = seconds(row, column)
    if value is None or value > 0:
        return value
    raise row.wrong(column, "a number of seconds (or a duration), more than 0")


def money(row: Row, column: str) -> Decimal | None:
    """USD, not negative; or null."""
    value = row.values.get(column)
    if value is None or (_is_number(value) and value >= 0):
        return None if value is None else Decimal(value)
    raise row.wrong(column, "an amount in USD, not negative")


def share(row: Row, column: str = "share") -> Decimal | None:
    """A share of what is left of the budget, more than 0 and at most 1; or null."""
    value = row.values.get(column)
    if value is None or (_is_number(value) and 0 < value <= 1):
        return None if value is None else Decimal(value)
    raise row.wrong(column, "a share of the budget that is left, more than 0 and at most 1")


def keys(row: Row, column: str = "branch") -> tuple[str, ...] | None:
    """The keys of branches: a text or whole number, or a list of them that differ; or null."""
    value = row.values.get(column)
    if value is None:
        return None
    found = [key_of(each) for each in (value if isinstance(value, list) else [value])]
    known = tuple(key for key in found if key is not None)
    if len(set(known)) == len(found):
        return known
    raise row.wrong(
        column, f"a key or a list of keys that differ: texts of up to {LONGEST_KEY} characters, or whole numbers"
    )


def key_of(value: Any) -> str | None:
    """A value as the key of a branch; null when it can't be one."""
    if isinstance(value, str):
        return value if 0 < len(value) <= LONGEST_KEY else None
    return str(int(value)) if _is_number(value) and abs(value) <= GREATEST_KEY and value == int(value) else None


def whole(row: Row, column: str, *, lowest: int) -> int | None:
    """A whole number, or null."""
    value = row.values.get(column)
    if value is None:
        return None
    if _is_number(value) and lowest <= value <= GREATEST and value == int(value):
        return int(value)
    raise row.wrong(column, f"a whole number from {lowest} to {GREATEST}")


def boolean(row: Row, column: str) -> bool | None:
    """True, false or null."""
    value = row.values.get(column)
    if value is None or isinstance(value, bool):
        return value
    raise row.wrong(column, "true or false")


def names(row: Row, column: str) -> str | tuple[str, ...] | None:
    """A text, or a list of texts (of one: that text); or null."""
    value = row.values.get(column)
    if not isinstance(value, list):
        return text(row, column)
    given = tuple(dict.fromkeys(value)) if all(isinstance(name, str) and name for name in value) else None
    if given is None:
        raise row.wrong(column, "a text or a list of texts")
    return (given[0] if len(given) == 1 else given) or None


def moment(row: Row, column: str) -> datetime | None:
    """A date and time, in UTC unless it says its offset or zone; a date alone is its midnight. Or null."""
    value = row.values.get(column)
    if value is None:
        return None
    found = moment_of_text(value) if isinstance(value, str) else None
    if found is None:
        raise row.wrong(column, "a date and time", hint='as in `date and time("2026-12-01T09:00:00Z")`')
    return found


def context(row: Row, column: str) -> Mapping[str, Any] | None:
    """A context, or null."""
    value = row.values.get(column)
    if value is None or isinstance(value, dict):
        return value
    raise row.wrong(column, "a context")


def elements(row: Row, column: str) -> list[Any] | None:
    """A list, or null: null is no `for_each` at all, an empty list is no step."""
    value = row.values.get(column)
    if value is None or isinstance(value, list):
        return value
    raise row.wrong(column, "a list")


def agents(row: Row, column: str = "agent") -> list[str]:
    """One agent name or a list of them; null is none."""
    value = row.values.get(column)
    names = [] if value is None else value if isinstance(value, list) else [value]
    if all(isinstance(name, str) for name in names):
        return list(names)
    raise row.wrong(column, "an agent name or a list of names", hint='texts have quotes in FEEL: `"ocr"`')


def action(row: Row, column: str = "action") -> str | None:
    """One of the five actions, or null."""
    value = text(row, column)
    if value is None or value in ACTIONS:
        return value
    raise row.wrong(column, f"one of {', '.join(ACTIONS)}{did_you_mean(value, ACTIONS)}")


def join(row: Row, column: str = "join") -> str | int | None:
    """A word, a FEEL condition, or a number of ok outcomes; or null."""
    value = row.values.get(column)
    if value is None or isinstance(value, str):
        return value or None
    if _is_number(value):
        return whole(row, column, lowest=1)
    raise row.wrong(column, 'a number, a word like `"any"`, or a FEEL condition in quotes')


def tolerate(row: Row, column: str = "tolerate") -> int | Decimal | None:
    """A number of failed steps (an int), or a share of all steps between 0 and 1 (a Decimal); or null."""
    value = row.values.get(column)
    if value is None:
        return None
    if _is_number(value) and 0 < value < 1:
        return Decimal(value)
    if _is_number(value) and 0 <= value <= GREATEST and value == int(value):
        return int(value)
    raise row.wrong(column, "a whole number of steps, or a share between 0 and 1")


def collect(row: Row, column: str = "collect") -> Collect | None:
    """A rule for all output fields, or a context of rules by field; or null."""
    value = row.values.get(column)
    if value is None:
        return None
    wrong = [rule for rule in (value.values() if isinstance(value, dict) else [value]) if not is_rule(rule)]
    if not wrong:
        return cast("Collect", value)
    near = did_you_mean(wrong[0], COLLECT_RULES) if isinstance(wrong[0], str) else ""
    raise row.wrong(
        column,
        f"one of {', '.join(COLLECT_RULES)}, or a context of these by field{near}",
        hint='as in `"list"`, or `{verdict: "map", amount: "sum"}`',
    )


def reuse(row: Row, column: str = "reuse") -> bool | ReuseScope:
    """Whether an equal step of before may stand in: true or false, or among whose steps it is looked for."""
    value = row.values.get(column)
    if value is None:
        return False
    for scope in REUSE_SCOPES:
        if value == scope:
            return scope
    if isinstance(value, bool):
        return value
    near = did_you_mean(value, REUSE_SCOPES) if isinstance(value, str) else ""
    raise row.wrong(column, f'a boolean, `"run"`, `"tenant"` or `"global"`{near}')


def pick(row: Row, column: str = "pick") -> str | None:
    """`all` or `first`; or null."""
    value = text(row, column)
    if value is None or value in PICKS:
        return value
    raise row.wrong(column, '`"all"` or `"first"`')


def on_input(row: Row, column: str = "on_input") -> OnInput | None:
    """What becomes of input that arrives while the hop goes on; or null."""
    value = row.values.get(column)
    if value is None or value in ON_INPUT:
        return cast("OnInput | None", value)
    near = did_you_mean(value, ON_INPUT) if isinstance(value, str) else ""
    raise row.wrong(column, f"one of {', '.join(ON_INPUT)}{near}")


def anything(row: Row, column: str) -> Any:
    """Any value."""
    return row.values.get(column)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


Reader = Callable[[Row, str], Any]

HOP_COLUMNS: Mapping[str, Reader] = {
    "action": action,
    "join": join,
    "tolerate": tolerate,
    "collect": collect,
    "pick": pick,
    "wait": seconds,
    "until": moment,
    "hop_timeout": some_seconds,
    "until_slo": boolean,
    "signal": names,
    "group": names,
    "assignee": names,
    "due": moment,
    "form": text,
    "remind": some_seconds,
    "notify": text,
    "result": anything,
    "reason": text,
    "compensate": boolean,
    "on_input": on_input,
}
"""Columns that belong to the hop: where several rules match they must agree, nulls aside."""

STEP_COLUMNS = (
    "agent",
    "input",
    "for_each",
    "batch",
    "branch",
    "as",
    "timeout",
    "retries",
    "backoff",
    "max_cost",
    "share",
    "priority",
    "reuse",
    "reuse_for",
    "before",
    "after",
)
"""Columns that belong to each step. Any other name is a parameter of the agent."""

RESERVED = frozenset({*HOP_COLUMNS, *STEP_COLUMNS})
