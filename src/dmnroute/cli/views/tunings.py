"""What other thresholds would have cost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from dmnroute.backtest.tuning import Point, Share, Tuning
from dmnroute.cli.views.backtests import columns, window_text
from dmnroute.cli.views.figures import count


def tuning_text(found: Tuning) -> str:
    """For people: a row for each threshold."""
    return "\n".join(_lines(found))


def _lines(found: Tuning) -> Iterator[str]:
    yield f"{found.policy}: {found.decision}, rule {found.rule}, column `{found.label}`: `{found.text}`"
    yield (
        f"{found.runs} of {count(found.of, 'run')} that ended{window_text(found.window)}; whether the end was right is"
        f" known of {found.labelled}"
    )
    yield ""
    head = ("", "threshold", "alone", "asked", "unknown", "stopped", "USD a run", "s a run", "wrong", "")
    yield from columns([head, *(_row(point, found) for point in found.points)])
    if found.max_error is not None:
        yield ""
        yield (
            f"no threshold has at most {found.max_error} wrong ends"
            if found.best is None
            else f"best with at most {found.max_error} wrong ends: {found.best:f}"
        )


def _row(point: Point, found: Tuning) -> tuple[str, ...]:
    mark = "best" if point.threshold == found.best else "now" if point.present else ""
    if point.present and mark == "best":
        mark = "now, best"
    counts = (point.alone, point.asked, point.unknown, point.stopped)
    figures = (
        "" if point.cost is None else f"{point.cost:.4f}",
        "" if point.latency is None else f"{point.latency:.1f}",
    )
    return (mark, f"{point.threshold:f}", *map(str, counts), *figures, *_share(point.error))


def _share(share: Share) -> tuple[str, str]:
    """``0.031``, ``(0.012 to 0.070)``"""
    bounds = share.interval
    if share.value is None or bounds is None:
        return "", ""
    return f"{share.value:.3f}", f"({bounds[0]:.3f} to {bounds[1]:.3f})"


def tuning_document(found: Tuning) -> dict[str, Any]:
    """For programs."""
    document = asdict(found)
    document["points"] = [
        asdict(point) | {"error": _share_document(point.error), "escalations": _share_document(point.escalations)}
        for point in found.points
    ]
    return document


def _share_document(share: Share) -> dict[str, Decimal | int | None]:
    low, high = share.interval or (None, None)
    return {"count": share.count, "of": share.of, "share": share.value, "low": low, "high": high}
