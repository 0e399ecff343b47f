"""A step of the gate: a draft must not send too many of the recorded runs another way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from dmnroute.backtest.backtest import Recordings, Versions, backtest
from dmnroute.backtest.report import Backtest
from dmnroute.dmn import Model
from dmnroute.dmn.checks import Finding
from dmnroute.errors import Place
from dmnroute.publishing.draft import Draft
from dmnroute.routing.backtest_limits import BacktestLimits
from dmnroute.routing.canonical import digest_of_bytes
from dmnroute.routing.catalogue import Catalogue
from dmnroute.routing.policy import PolicyVersion
from dmnroute.routing.ports.clock import Clock
from dmnroute.routing.ports.recorded import Window

HINT = "`dmnroute policy backtest` shows which ones; change the draft, or the limit in `[gate_backtest]`"


@dataclass(frozen=True, slots=True)
class BacktestCheck:
    """Holds a draft against recorded runs; a further check of `Gate`."""

    store: Recordings
    catalogue: Catalogue
    versions: Versions
    clock: Clock
    limits: BacktestLimits

    async def __call__(self, draft: Draft, model: Model) -> Sequence[Finding]:
        """What the draft changes beyond the limits. Nothing where nothing was recorded."""
        version = PolicyVersion(draft.name, 0, digest_of_bytes(model.source), model)
        window = Window(draft.name, since=self.clock.now() - timedelta(days=self.limits.days))
        found = await backtest(self.store, version, self.catalogue, self.versions, window=window)
        place = Place(file=draft.file)
        return [Finding(code, "error", message, place, HINT) for code, message in self._beyond(found)]

    def _beyond(self, found: Backtest) -> Iterator[tuple[str, str]]:
        for code, hops in found.stops.items():
            if not self.limits.stops:
                yield "backtest_stops", f"{hops} of {found.asked} recorded hops can't be decided: `{code}`"
        pairs = (
            ("hops", found.changed_hops, found.asked, self.limits.changed_hops),
            ("runs", found.changed_runs, found.runs, self.limits.changed_runs),
        )
        for what, changed, of, limit in pairs:
            if limit is not None and of and Decimal(changed) / of > limit:
                most = f"{(limit * 100).normalize():f} %"
                yield (
                    "backtest_changes",
                    f"{changed} of {of} recorded {what} would go another way; at most {most} may",
                )
