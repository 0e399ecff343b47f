"""A real Zeebe broker for tests: one per test process, started when the first test asks for it.

Its clock is moved by `broker.advance_clock(seconds)`, its data are fresh, its ports any free ones. All tests that use
it are put into one group, so that `pytest -n … --dist loadgroup` starts one broker; with other ways of distribution
each worker starts its own. Where no broker can be had the tests are skipped, loudly; with CI=true they fail.

`DMNROUTE_TEST_BROKER=8.6.0` tests with another release than the default one.
"""

from __future__ import annotations

import getpass
import os
import random
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NoReturn

import pytest

from dmnroute.errors import OperatorError
from dmnroute.zeebe.broker import BrokerOptions, RunningBroker, find, up
from dmnroute.zeebe.broker.ports import is_free
from dmnroute.zeebe.broker.releases import DEFAULT_VERSION
from dmnroute.zeebe.broker.state import Folders, user_folders

OUT_OF_REACH = ("missing_extra", "no_distribution", "no_java")
"""Codes of the errors that say nothing about dmnroute: no network, no extra, no Java."""

NOT_RUN = "NO ZEEBE BROKER"

FOLDERS = Folders(
    user_folders().distributions, Path(tempfile.gettempdir()) / f"dmnroute-test-brokers-{getpass.getuser()}"
)

SMALL_AND_QUICK = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")


@pytest.fixture(scope="session")
def broker() -> Iterator[RunningBroker]:
    """A broker whose clock tests move; it ends with the session."""
    _end_orphans()
    yield from _throw_away(f"test-{os.getpid()}", clock_controlled=True)


@pytest.fixture
def own_broker() -> Iterator[RunningBroker]:
    """A broker that only this test uses, and may stop or kill; on the real clock.

    Its address lies where systems take no ports for connections from: it must be free when the broker comes back.
    """
    ports = random.sample(range(20_000, 30_000), 100)
    port = next(port for port in ports if is_free(port))
    yield from _throw_away(f"test-{os.getpid()}-own", clock_controlled=False, grpc_port=port)


def up_again(broker: RunningBroker) -> RunningBroker:
    """Start a broker that was stopped or killed, with its data and at its address."""
    return up(
        BrokerOptions(
            name=broker.name,
            version=broker.state.version,
            memory="512m",
            jvm_options=SMALL_AND_QUICK,
            any_ports=True,
            grpc_port=broker.state.ports.grpc,
        ),
        folders=FOLDERS,
    )


def _throw_away(name: str, *, clock_controlled: bool, grpc_port: int | None = None) -> Iterator[RunningBroker]:
    options = BrokerOptions(
        name=name,
        version=os.environ.get("DMNROUTE_TEST_BROKER", DEFAULT_VERSION),
        memory="512m",
        jvm_options=SMALL_AND_QUICK,
        fresh=True,
        clock_controlled=clock_controlled,
        grpc_port=grpc_port,
        any_ports=True,
    )
    try:
        running = up(options, folders=FOLDERS)
    except OperatorError as error:
        _do_without(error)
    try:
        yield running
    finally:
        left = find(name, folders=FOLDERS)  # it may be another process by now
        if left is not None:
            left.down()
        shutil.rmtree(running.folder.path, ignore_errors=True)


def _do_without(error: OperatorError) -> NoReturn:
    if error.code not in OUT_OF_REACH or os.environ.get("CI") == "true":
        raise error
    pytest.skip(f"{NOT_RUN}: {error.message} ({error.hint})")


def _end_orphans() -> None:
    """A test process that is killed can't end its broker: the next one does."""
    import psutil

    for name in FOLDERS.names():
        owner = re.fullmatch(r"test-(\d+)(-own)?", name)
        if owner and not psutil.pid_exists(int(owner[1])):
            orphan = find(name, folders=FOLDERS)
            if orphan is not None:
                orphan.down()
            shutil.rmtree(FOLDERS.broker(name).path, ignore_errors=True)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    """Keep the tests that use the broker together."""
    for item in items:
        if {"broker", "own_broker"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.xdist_group("broker"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say aloud that tests were left out, and why."""
    skipped = [
        report for report in terminalreporter.stats.get("skipped", ()) if isinstance(report.longrepr, (tuple, list))
    ]
    reasons = [report.longrepr[2] for report in skipped if NOT_RUN in report.longrepr[2]]
    if reasons:
        why = reasons[0].partition(NOT_RUN)[2]
        terminalreporter.write_line(f"{NOT_RUN}{why}: {len(reasons)} tests were NOT RUN", red=True, bold=True)
