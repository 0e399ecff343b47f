"""What a backtest found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from dmnroute.backtest.outlook import Expected
from dmnroute.backtest.report import Backtest, RuleHits, Transition
from dmnroute.cli.views.figures import count, indented
from dmnroute.routing.ports.recorded import Window

MOST = 20
"""Transitions in the text; the document has them all."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure that is expected to change, in its unit."""

    name: str
    unit: str
    places: int
    expected: Expected

    def text(self, amount: Decimal, *, signed: bool = False) -> str:
        """``+0.0012``"""
        return f"{amount:{'+' if signed else ''}.{self.places}f}"


def measures(found: Backtest) -> tuple[Measure, ...]:
    """Cost, latency and escalations."""
    outlook = found.outlook
    return _measures(outlook.cost, outlook.latency, outlook.escalations)


def replay_measures(found: Backtest) -> tuple[Measure, ...]:
    """The same of the runs that were followed to their end."""
    replays = found.replays
    return _measures(replays.cost, replays.latency, replays.escalations) if replays and replays.known else ()


def _measures(cost: Expected, latency: Expected, escalations: Expected) -> tuple[Measure, ...]:
    return (
        Measure("cost", "USD", 4, cost),
        Measure("latency", "s", 1, latency),
        Measure("escalations", "", 1, escalations),
    )


def backtest_text(found: Backtest) -> str:
    """For people: what goes another way, what that changes, and what each rule catches."""
    return "\n".join(line for part in _parts(found) for line in part)


def _parts(found: Backtest) -> tuple[Iterator[str], ...]:
    return _head(found), _moves(found), _outlook(found), _replays(found), _rules(found)


def _head(found: Backtest) -> Iterator[str]:
    versions = ", ".join(map(str, found.versions)) or "none"
    yield f"{found.policy}, draft {found.digest}, on {count(found.runs, 'run')}{window_text(found.window)}"
    noun = "version" if len(found.versions) == 1 else "versions"
    yield f"{count(found.decisions, 'hop')}, {found.asked} of them decided by the tables of {noun} {versions}"
    if found.unread:
        yield f"{count(found.unread, 'hop')} left out: the version that decided can't be read or asked today"
    for code, hops in found.stops.items():
        yield f"{count(hops, 'hop')} the draft can't decide: error {code}; the runs would stop"
    yield ""


def window_text(window: Window) -> str:
    """`` of tenant north, started since 2026-07-01 12:00 UTC``"""
    parts = [f" of tenant {window.tenant}"] if window.tenant else []
    bounds = (("since", window.since), ("before", window.until))
    times = [f"{word} {at:%Y-%m-%d %H:%M} UTC" for word, at in bounds if at]
    return "".join([*parts, f" started {' and '.join(times)}" if times else ""])


def _moves(found: Backtest) -> Iterator[str]:
    hops, runs = count(found.changed_hops, "hop"), count(found.changed_runs, "run")
    yield f"{hops} of {runs} would go another way" if found.changed_hops else "no hop would go another way"
    if not found.transitions:
        return
    head = ("hops", "runs", "from", "", "to", "for example")
    rows = [
        (
            str(each.hops),
            str(each.runs),
            _answer(each.before_rules, each.before),
            "→",
            _answer(each.after_rules, each.after),
            _example(each),
        )
        for each in found.transitions[:MOST]
    ]
    yield from columns([head, *rows])
    more = len(found.transitions) - MOST
    if more > 0:
        yield f"  and {count(more, 'transition')} more; --json has them all"


def _answer(rules: Sequence[int], way: str) -> str:
    noun = "rule" if len(rules) == 1 else "rules"
    return f"{noun} {', '.join(map(str, rules))}: {way}" if rules else way


def ways(each: Transition) -> str:
    """``rule 2: ocr → rule 3: escalate``"""
    return f"{_answer(each.before_rules, each.before)} → {_answer(each.after_rules, each.after)}"


def _example(each: Transition) -> str:
    run, hop = each.examples[0]
    return f"{run} hop {hop}"


def _outlook(found: Backtest) -> Iterator[str]:
    outlook = found.outlook
    if outlook.runs:
        yield ""
        ended = "1 run that ended parts" if outlook.runs == 1 else f"{outlook.runs} runs that ended part"
        yield f"{ended} from what was recorded; from there on (95 % interval)"
        yield from columns([_change(each) for each in measures(found)])
    if outlook.unknown:
        names = ", ".join(f"`{name}`" for name in outlook.unknown_ways)
        yield f"of {count(outlook.unknown, 'run')} nobody can know: hardly any run was ever sent to {names}"


def _change(each: Measure) -> tuple[str, ...]:
    """Then, as expected, the change and its interval."""
    return (
        each.name,
        each.text(each.expected.recorded),
        "→",
        f"{each.text(each.expected.expected)} {each.unit}".rstrip(),
        each.text(each.expected.change, signed=True),
        f"({each.text(each.expected.low, signed=True)} to {each.text(each.expected.high, signed=True)})",
    )


def _replays(found: Backtest) -> Iterator[str]:
    replays = found.replays
    if replays is None:
        return
    yield ""
    if not replays.parted:
        yield "no run that ended would go another way: there is none to follow"
        return
    yield (
        f"{replays.followed} of {count(replays.parted, 'run')} that ended followed by the draft, with the outcomes that"
        f" were recorded: {replays.known} to the end"
    )
    rows = [(then, "→", now, str(runs)) for then, ends in replays.ends.items() for now, runs in ends.items()]
    if rows:
        yield from columns([("ended", "", "would end", "runs"), *rows])
    for why, runs in replays.unknown.items():
        yield f"unknown from there on for {count(runs, 'run')}: {why}"
    for code, runs in replays.stopped.items():
        yield f"stopped for {count(runs, 'run')}: error {code}"
    if replays.known:
        yield "known to the end (95 % interval of as many runs like them)"
        yield from columns([_change(each) for each in replay_measures(found)])


def rule_name(rule: RuleHits) -> str:
    """``Route 3: not sure``"""
    note = f": {rule.annotation}" if rule.annotation else ""
    return f"{rule.decision} {rule.rule}{note}"


def _rules(found: Backtest) -> Iterator[str]:
    yield ""
    yield "hits of each rule"
    rows = [(rule_name(rule), str(rule.recorded), str(rule.hits)) for rule in found.rules]
    yield from columns([("", "recorded", "draft"), *rows])


def columns(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Rows in columns of equal width, indented."""
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield indented("  ".join(cells).rstrip())


def backtest_document(found: Backtest) -> dict[str, Any]:
    """For programs."""
    document = asdict(found)
    for part in ("outlook", "replays") if found.replays else ("outlook",):
        for name in ("cost", "latency", "escalations"):
            document[part][name]["change"] = getattr(getattr(found, part), name).change
    for each in document["transitions"]:
        each["examples"] = [{"run": run, "hop": hop} for run, hop in each["examples"]]
    return document
