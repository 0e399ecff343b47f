"""Which ports a broker gets."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator

import pytest

from dmnroute.errors import OperatorError
from dmnroute.zeebe.broker import BrokerOptions
from dmnroute.zeebe.broker.ports import DEFAULTS, choose_ports, is_free


@pytest.fixture
def taken() -> Iterator[int]:
    """A port on which this process listens."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield int(server.getsockname()[1])


def free_offset() -> int:
    """An offset with which all usual ports are free."""
    offsets = range(1000, 30000, 137)
    return next(offset for offset in offsets if all(is_free(port + offset) for _, port in DEFAULTS))


def test_the_usual_ports_move_by_the_offset() -> None:
    """All of them, by the same number."""
    offset = free_offset()
    chosen = choose_ports(BrokerOptions(port_offset=offset))
    assert dict(chosen) == {name: port + offset for name, port in DEFAULTS}


def test_a_given_port_is_taken_as_it_is() -> None:
    """The offset is for those that aren't given."""
    offset = free_offset()
    port = choose_ports(BrokerOptions(any_ports=True)).rest
    chosen = choose_ports(BrokerOptions(port_offset=offset, rest_port=port))
    assert (chosen.rest, chosen.management) == (port, 9600 + offset)


def test_any_ports_are_free_and_different() -> None:
    """As tests want them."""
    chosen = dict(choose_ports(BrokerOptions(any_ports=True))).values()
    assert len(set(chosen)) == len(DEFAULTS.model_fields_set)
    assert all(map(is_free, chosen))


def test_a_usual_port_that_is_taken_is_replaced() -> None:
    """8080 often is; nobody knows a broker's REST port by heart."""
    offset = free_offset()
    with socket.socket() as server:
        server.bind(("127.0.0.1", 8080 + offset))
        server.listen()
        chosen = choose_ports(BrokerOptions(port_offset=offset))
    assert chosen.rest != 8080 + offset
    assert chosen.grpc == 26500 + offset


@pytest.mark.parametrize(("option", "label"), [("grpc", "gRPC"), ("rest", "REST"), ("management", "management")])
def test_a_given_port_that_is_taken_is_an_error(taken: int, option: str, label: str) -> None:
    """It says who holds it, and how to get out of the way."""
    import psutil

    with pytest.raises(OperatorError) as caught:
        choose_ports(BrokerOptions(any_ports=True, **{f"{option}_port": taken}))
    me = psutil.Process().name()
    assert str(caught.value) == (
        f"port {taken} ({label}) is taken by `{me}` (process {os.getpid()})\n"
        f"hint: `--port-offset 100` moves every port, `--{option}-port` this one"
    )


def test_the_same_port_twice_is_an_error() -> None:
    """Two servers can't share it."""
    port = choose_ports(BrokerOptions(any_ports=True)).grpc
    with pytest.raises(OperatorError) as caught:
        choose_ports(BrokerOptions(grpc_port=port, rest_port=port))
    assert str(caught.value) == f"port {port} was given twice\nhint: each port needs its own number"
