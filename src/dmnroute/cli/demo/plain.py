"""One plain line per event, for files and pipes: no escape codes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from dmnroute.cli.demo.events import EndTold, Event, HopTold, PolicyChangedTold, PolicyRefusedTold, Started
from dmnroute.cli.demo.texts import many, money, share


def lines_of(event: Event) -> Iterator[str]:
    """The lines that tell an event; hops of before aren't told again, nor ends of which the last hop told."""
    match event:
        case Started():
            yield from _started(event)
        case HopTold():
            if not event.earlier:
                yield _hop(event)
        case EndTold():
            yield from _end(event)
        case PolicyChangedTold():
            yield f"policy: version {event.version} from the next hop"
            yield from (f"  {change}" for change in event.changes)
        case PolicyRefusedTold():
            yield "policy: refused" + (f", version {event.stays} stays" if event.stays else "")
            yield from (f"  {line}" for line in event.error.splitlines())
        case _:
            assert_never(event)


def _started(event: Started) -> Iterator[str]:
    words = "goes on" if event.continued else "starts"
    yield (
        f"session {event.session} {words}: {many(event.documents, 'document')}"
        f" · policy {event.policy} version {event.version} ({event.file})"
    )
    yield from (f"changed for this demo: {change}" for change in event.changes)


def _hop(event: HopTold) -> str:
    arrow = "→ " if event.action in ("dispatch", "wait") else ""
    rules = f"rule {', '.join(map(str, event.rules))}" if event.rules else ""
    parts = [f"{event.document} {arrow}{event.to}", rules, event.because, share(event.confidence), money(event.cost)]
    return " · ".join(part for part in parts if part)


def _end(event: EndTold) -> Iterator[str]:
    if event.error:
        yield f"{event.document} {event.words} · {money(event.cost)}"
        yield from (f"  {line}" for line in event.error.splitlines())
    elif event.kind in ("cancelled", "elsewhere") and not event.earlier:
        yield f"{event.document} {event.words}"
