"""A broker, as text and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dmnroute.cli import streams
from dmnroute.cli.views.figures import moment

if TYPE_CHECKING:
    from dmnroute.zeebe.broker import RunningBroker


def tell_broker(broker: RunningBroker) -> None:
    """Where it is, what it is, and what its licence allows."""
    state = broker.state
    streams.say(f"broker {broker.name}: {broker.condition()}, since {moment(state.started)}")
    clock = "; its clock is moved by tests" if state.clock_controlled else ""
    rows = {
        "gRPC": broker.grpc_address,
        "REST": broker.rest_url,
        "management": broker.management_url,
        "Zeebe": f"{state.version}{clock}",
        "licence": str(broker.licence),
        "licence text": str(broker.licence_file or "not in the distribution"),
        "process": f"{state.process.pid}, {broker.memory() / 1e6:.0f} MB, Java {state.java}",
        "data": str(state.data),
        "log": str(broker.folder.log),
    }
    for name, what in rows.items():
        streams.say(f"  {name:<14}{what}")


def broker_document(broker: RunningBroker) -> dict[str, Any]:
    """Everything about it. Memory is in bytes."""
    state = broker.state
    return {
        "name": broker.name,
        "status": broker.condition(),
        "started": state.started,
        "grpc_address": broker.grpc_address,
        "rest_url": broker.rest_url,
        "management_url": broker.management_url,
        "version": state.version,
        "licence": {
            "name": broker.licence.name,
            "terms": broker.licence.terms,
            "production": broker.licence.production,
            "text": str(broker.licence_file) if broker.licence_file else None,
        },
        "clock_controlled": state.clock_controlled,
        "pid": state.process.pid,
        "memory": broker.memory(),
        "java": state.java,
        "data": str(state.data),
        "log": str(broker.folder.log),
    }
