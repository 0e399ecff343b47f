"""A real Zeebe broker without Docker, for development and tests.

    from dmnroute.zeebe.broker import BrokerOptions, up

    broker = up(BrokerOptions(name="tests", clock_controlled=True, any_ports=True))
    ...  # connect to broker.grpc_address
    broker.advance_clock(3600)
    broker.down()

The release and the Java it runs on are found by themselves; `releases.py` says which release is the default and why.
"""

from __future__ import annotations

from dmnroute.zeebe.broker.lifecycle import find, running_brokers, up
from dmnroute.zeebe.broker.options import BrokerOptions, broker_options
from dmnroute.zeebe.broker.running import RunningBroker

__all__ = ["BrokerOptions", "RunningBroker", "broker_options", "find", "running_brokers", "up"]
