"""What runs wait for, as people read it."""

from __future__ import annotations

from collections.abc import Iterator

from dmnroute.cli.streams import json_text
from dmnroute.cli.views.figures import count, indented, minute, moment
from dmnroute.routing.awaiting import Awaited


def whom(waits: Awaited) -> str:
    """``claims, lead``: the people by name, else their groups."""
    return ", ".join([*waits.assignees, *waits.groups])


def for_what(waits: Awaited) -> str:
    """``an answer (claim_check)``, ``signal paid or cancelled``, ``time``"""
    match waits.kind:
        case "people":
            return f"an answer ({waits.form})" if waits.form else "an answer"
        case "signal":
            return f"signal {' or '.join(waits.signals)}"
        case "time":
            return "time"


def row(waits: Awaited) -> tuple[str, ...]:
    """A line of `dmnroute runs --waiting`."""
    until = minute(waits.until) if waits.until else ""
    return waits.run, waits.policy, for_what(waits), whom(waits), minute(waits.since), until


HEADERS = ("run", "policy", "waits for", "of", "since (UTC)", "until (UTC)")


def question(waits: Awaited) -> Iterator[str]:
    """An entry of the inbox: who is asked what, and how to answer."""
    asked = whom(waits)
    yield f"{waits.run}  {for_what(waits)}" + (f" of {asked}" if asked else "")
    yield f"  asked {moment(waits.since)}" + (f", open until {moment(waits.until)}" if waits.until else "")
    if waits.due:
        yield f"  due {waits.due}"
    if waits.reminders:
        yield f"  {count(waits.reminders, 'reminder')}"
    if waits.reason:
        yield f"  reason: {waits.reason}"
    if waits.refused:
        yield f"  the answer before was refused: {waits.refused}"
    if waits.shown:
        yield indented(json_text(waits.shown, indent=2))
    yield f"  answer: {how_to_answer(waits)}"


def how_to_answer(waits: Awaited) -> str:
    """The command; with a form it asks field by field."""
    return f"dmnroute answer {waits.run}" + ("" if waits.form else " --input key=value")


def lines(waits: Awaited) -> Iterator[str]:
    """What `dmnroute show` says of a run that waits."""
    of = f" of {whom(waits)}" if whom(waits) else ""
    until = f", until {moment(waits.until)}" if waits.until else ", for as long as it takes"
    yield f"waits    for {for_what(waits)}{of}, since {moment(waits.since)}{until}"
