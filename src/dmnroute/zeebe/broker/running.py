"""A broker that runs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal, TypeAlias

from dmnroute.errors import OperatorError, UsageError
from dmnroute.zeebe.broker import management
from dmnroute.zeebe.broker.ports import HOST
from dmnroute.zeebe.broker.releases import Licence, licence_of
from dmnroute.zeebe.broker.state import BrokerFolder, BrokerState

STOP_PATIENCE = 20.0
"""Seconds that a broker has to end by itself; it takes about 3."""

Condition: TypeAlias = Literal["ready", "not ready"]


@dataclass(frozen=True, slots=True)
class RunningBroker:
    """A broker on this machine that was started by `up`. It runs until it is taken down, whoever started it."""

    state: BrokerState
    folder: BrokerFolder

    @property
    def name(self) -> str:
        """Its name."""
        return self.state.name

    @property
    def grpc_address(self) -> str:
        """``127.0.0.1:26500``, where clients such as pyzeebe connect."""
        return f"{HOST}:{self.state.ports.grpc}"

    @property
    def rest_url(self) -> str:
        """``http://127.0.0.1:8080``"""
        return f"http://{HOST}:{self.state.ports.rest}"

    @property
    def management_url(self) -> str:
        """``http://127.0.0.1:9600``: health, metrics, clock."""
        return f"http://{HOST}:{self.state.ports.management}"

    @property
    def licence(self) -> Licence:
        """What its release may be used for."""
        return licence_of(self.state.version)

    @property
    def licence_file(self) -> Path | None:
        """The whole text of the licence."""
        return next(iter(sorted(self.state.home.glob("*LICENSE*"))), None) if self.state.home else None

    def is_alive(self) -> bool:
        """Whether its process runs."""
        return self.state.process.is_alive()

    def is_ready(self) -> bool:
        """Whether processes can be deployed and started.

        The broker itself says so some 2 seconds too early: its partition has to have a leader, and the gateway has to
        know that. A leader counts even when it is called unhealthy, as it is for a minute after its clock was moved.
        """
        try:
            if management.get(f"{self.management_url}/actuator/health/readiness").get("status") != "UP":
                return False
            brokers = management.get(f"{self.rest_url}/v1/topology")["brokers"]
        except (management.NoAnswerError, LookupError, AttributeError):
            return False
        partitions = [partition for broker in brokers for partition in broker.get("partitions", ())]
        return any(each["role"].lower() == "leader" and each["health"].lower() != "dead" for each in partitions)

    def condition(self) -> Condition:
        """In one word: it isn't ready while it starts, and when it is in trouble."""
        return "ready" if self.is_ready() else "not ready"

    def memory(self) -> int:
        """Bytes of memory that its process holds."""
        return self.state.process.memory()

    def down(self, *, patience: float = STOP_PATIENCE) -> bool:
        """End it, by force when it isn't gone after so many seconds. Returns whether it ended by itself."""
        by_itself = self.state.process.stop(patience=patience)
        self.folder.forget()
        return by_itself

    def advance_clock(self, seconds: float) -> datetime:
        """Set the broker's clock forward; timers that are due then fire. Returns what the clock shows.

        Raises:
            UsageError: `real_clock`: it was started without `clock_controlled`.
            OperatorError: `no_answer`.
        """
        if not self.state.clock_controlled:
            raise UsageError(
                f"broker `{self.name}` goes by the real clock",
                code="real_clock",
                hint="start it with `clock_controlled`",
            )
        try:
            url = f"{self.management_url}/actuator/clock/add"
            shown = management.post(url, {"offsetMilli": round(seconds * 1000)})
            return datetime.fromisoformat(shown["instant"])
        except (management.NoAnswerError, LookupError) as error:
            raise OperatorError(f"broker `{self.name}` doesn't answer: {error}", code="no_answer") from error
