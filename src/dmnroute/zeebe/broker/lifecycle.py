"""Start brokers, and find those that run."""

from __future__ import annotations

import os
import shutil
import time
from datetime import UTC, datetime
from pathlib import Path

from dmnroute.errors import OperatorError
from dmnroute.zeebe.broker.data import prepare_data
from dmnroute.zeebe.broker.diagnosis import GIVEN_UP, failed_start
from dmnroute.zeebe.broker.distribution import Distribution, get_distribution
from dmnroute.zeebe.broker.extra import require_extra
from dmnroute.zeebe.broker.java import Java, find_java
from dmnroute.zeebe.broker.launching import command, environment
from dmnroute.zeebe.broker.listening import Listener, Silence
from dmnroute.zeebe.broker.locking import locked
from dmnroute.zeebe.broker.options import DEFAULT_NAME, BrokerOptions
from dmnroute.zeebe.broker.ports import choose_ports
from dmnroute.zeebe.broker.process import launch
from dmnroute.zeebe.broker.running import RunningBroker
from dmnroute.zeebe.broker.state import BrokerFolder, BrokerState, Folders, user_folders

FAILED_PATIENCE = 5.0
"""Seconds that a broker has to end by itself when its start failed: it may hang."""

PAUSE = 0.2
"""Seconds between two looks at a broker that is starting."""


def up(
    options: BrokerOptions | None = None, *, folders: Folders | None = None, listener: Listener | None = None
) -> RunningBroker:
    """Start a broker, and return when it is ready. One that runs already under this name is returned as it is.

    A start that fails or is interrupted leaves no process behind.

    Raises:
        OperatorError: `missing_extra`, `no_java`, `no_distribution`, `port_taken`, `newer_data`, `cant_write`,
            `broker_failed`, …
        UsageError: `foreign_data`.
    """
    require_extra()
    options, folders, listener = options or BrokerOptions(), folders or user_folders(), listener or Silence()
    try:
        return _up(options, folders, listener)
    except OSError as error:
        what = f"`{error.filename}`" if error.filename else f"`{folders.states}` or `{folders.distributions}`"
        reason = (error.strerror or str(error)).lower()
        raise OperatorError(f"can't write {what}: {reason}", code="cant_write") from error


def _up(options: BrokerOptions, folders: Folders, listener: Listener) -> RunningBroker:
    folder = folders.broker(options.name)
    with locked(folder.lock, patience=options.patience):
        running = find(options.name, folders=folders)
        if running is not None:
            _wait_until_ready(running, options.patience)
            return running
        java = find_java()
        distribution = get_distribution(options.version, folder=folders.distributions, listener=listener)
        broker = _start(options, folder, java, distribution)
        try:
            listener.begins(f"starting Zeebe {options.version}")
            _wait_until_ready(broker, options.patience)
        except BaseException:
            broker.down(patience=FAILED_PATIENCE)
            raise
        return broker


def find(name: str = DEFAULT_NAME, *, folders: Folders | None = None) -> RunningBroker | None:
    """The broker that runs under a name; none when none does.

    Raises:
        OperatorError: `missing_extra`, `damaged_state`.
    """
    require_extra()
    folder = (folders or user_folders()).broker(name)
    state = folder.read()
    if state is None:
        return None
    broker = RunningBroker(state, folder)
    return broker if broker.is_alive() else None


def running_brokers(*, folders: Folders | None = None) -> list[RunningBroker]:
    """All that run, by name."""
    folders = folders or user_folders()
    found = (find(name, folders=folders) for name in folders.names())
    return [broker for broker in found if broker is not None]


def _start(options: BrokerOptions, folder: BrokerFolder, java: Java, distribution: Distribution) -> RunningBroker:
    data = (options.data or folder.data).absolute()
    ports = choose_ports(options)
    prepare_data(data, options.version, fresh=options.fresh)
    shutil.rmtree(folder.temporary, ignore_errors=True)
    folder.temporary.mkdir(parents=True)
    process = launch(
        command(options, java=java, distribution=distribution, temporary=folder.temporary, folder=folder.path),
        environment=environment(options, ports, data, system=os.environ),
        log=folder.log,
        folder=folder.path,
    )
    state = BrokerState(
        name=options.name,
        process=process,
        version=options.version,
        java=str(java),
        ports=ports,
        data=data,
        clock_controlled=options.clock_controlled,
        started=datetime.now(UTC),
        home=distribution.home,
    )
    folder.write(state)
    return RunningBroker(state, folder)


def _wait_until_ready(broker: RunningBroker, patience: float) -> None:
    until = time.monotonic() + patience
    while not broker.is_ready():
        alive, log = broker.is_alive(), _log_of(broker.folder.log)
        if not alive or GIVEN_UP.search(log) or time.monotonic() > until:
            exit_code = None if alive else broker.state.process.exit_code() or 0
            raise failed_start(broker.name, log, str(broker.folder.log), exit_code=exit_code, seconds=patience)
        time.sleep(PAUSE)


def _log_of(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
