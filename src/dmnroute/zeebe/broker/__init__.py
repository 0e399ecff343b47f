"""A real Zeebe broker without Docker, for development and tests.

    from dmnroute.zeebe.broker import BrokerOptions, up

    broker = up(BrokerOptions(name="tests", clock_controlled=True, any_ports=True))
    ...  # connect to broker.grpc_address
    broker.advance_clock(3600)
    broker.down()

The release and the Java it runs on are found by themselves; `releases.py` says which release is the default and why.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dmnroute.zeebe.broker.lifecycle import find, running_brokers, up
    from dmnroute.zeebe.broker.options import BrokerOptions, broker_options
    from dmnroute.zeebe.broker.running import RunningBroker

__all__ = ["BrokerOptions", "RunningBroker", "broker_options", "find", "running_brokers", "up"]

_OWNERS = {
    "BrokerOptions": "options",
    "RunningBroker": "running",
    "broker_options": "options",
    "find": "lifecycle",
    "running_brokers": "lifecycle",
    "up": "lifecycle",
}


def __getattr__(name: str) -> Any:
    """Load what is used: the settings need the options alone, at every start of the command line."""
    if name not in _OWNERS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_OWNERS[name]}"), name)
