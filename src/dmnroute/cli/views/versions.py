"""What is in use of a policy, for people: the active version, its shadow, its canary."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from dmnroute.cli import streams
from dmnroute.cli.views.figures import count, moment, money, seconds
from dmnroute.routing.records.shadow import ShadowHop
from dmnroute.routing.records.trial import TrialContext, TrialFigures


def show_line(policy: str, line: dict[str, Any]) -> None:
    """What decides a tenant's runs, what is coming, and what is tried beside it."""
    whose = "" if line["tenant"] == "default" else f" of tenant `{line['tenant']}`"
    active = f"version {line['active']} is active" if line["active"] else "no version is active"
    until = f" until {moment(line['until'])}" if line["until"] else ""
    streams.say(f"{policy}{whose}: {active}{until}")
    for each in line["coming"]:
        ends = f" until {moment(each['ends'])}" if each["ends"] else ""
        streams.say(f"  version {each['version']} from {moment(each['starts'])}{ends}")
    if line["shadow"]:
        _show_shadow(line["shadow"])
    if line["canary"]:
        _show_canary(line["canary"])


def _show_shadow(shadow: dict[str, Any]) -> None:
    hops, differing = shadow["hops"], shadow["differing"]
    share = f" ({_share(Decimal(differing) / hops)})" if differing else ""
    asked = f"{count(hops, 'hop')}, {differing} of them otherwise{share}" if hops else "no hop yet"
    streams.say(f"  version {shadow['version']} is the shadow since {moment(shadow['since'])}: {asked}")
    moves = [move for move in shadow["moves"] if move["verdict"] != "same"]
    if moves:
        rows = [
            (move["before"], move["after"], str(move["hops"]), str(move["runs"]), _place(move["example"]))
            for move in moves
        ]
        streams.table(("decided", "the shadow", "hops", "runs", "example"), rows)


def _place(example: dict[str, Any]) -> str:
    return f"{example['run']} {example['hop']}"


def _show_canary(canary: dict[str, Any]) -> None:
    of = f" of {', '.join(canary['tenants'])}" if canary["tenants"] else ""
    guard = "with a guard" if canary["guarded"] else "without a guard"
    took = f"{_share(canary['share'])} of new runs{of}"
    streams.say(f"  version {canary['version']} is the canary since {moment(canary['since'])}: {took}, {guard}")
    if canary["figures"] is not None:
        streams.table(*trial_table(TrialContext.model_validate(canary["figures"])))


def trial_table(seen: TrialContext) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """The figures of both versions beside each other; what isn't known is empty."""
    head = ("", f"canary (version {seen.canary.version})", f"active (version {seen.active.version})")
    mine, other = _figures(seen.canary), _figures(seen.active)
    return head, [(name, mine[name], other[name]) for name in mine]


def _figures(figures: TrialFigures) -> dict[str, str]:
    return {
        "runs": str(figures.runs),
        "ended": str(figures.ended),
        "went wrong": _share(figures.error_rate),
        "asked people": _share(figures.escalation_rate),
        "cost": "" if figures.cost_mean is None else money(figures.cost_mean),
        "time": "" if figures.latency_mean is None else seconds(figures.latency_mean),
        "hops": "" if figures.hops_mean is None else f"{figures.hops_mean:.1f}",
    }


def _share(share: Decimal | None) -> str:
    """``12.5 %``"""
    return "" if share is None else f"{share * 100:.1f} %".replace(".0 %", " %")


def shadow_line(shadow: ShadowHop) -> str:
    """``shadow version 8: rule 3: escalate``"""
    match shadow.verdict:
        case "same":
            said = "the same way"
        case "error":
            said = f"error `{shadow.shadow.way}`: {shadow.shadow.reason}"
        case "differs":
            said = shadow.shadow.name
    return f"shadow version {shadow.version}: {said}"
