"""Processes that go on without us, and locks between them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from dmnroute.errors import OperatorError
from dmnroute.zeebe.broker.locking import locked
from dmnroute.zeebe.broker.process import Process, launch, start_of

WAITS = "import time; print('up', flush=True); time.sleep(60)"
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"


def started(folder: Path, code: str) -> Process:
    """A process of Python, once it has said something."""
    log = folder / "log"
    process = launch([sys.executable, "-c", code], environment=os.environ, log=log, folder=folder)
    while not log.read_text() and process.is_alive():
        pass
    return process


def test_a_process_has_a_session_of_its_own(tmp_path: Path) -> None:
    """The end of our terminal isn't its end; what it says is in the file."""
    process = started(tmp_path, WAITS)
    assert process.is_alive()
    assert os.getsid(process.pid) == process.pid
    assert process.memory() > 0
    assert process.stop(patience=10)
    assert (process.is_alive(), process.memory(), (tmp_path / "log").read_text()) == (False, 0, "up\n")
    assert process.stop(patience=10)


def test_one_that_does_not_listen_is_ended_by_force(tmp_path: Path) -> None:
    """After the patience, and the caller is told."""
    process = started(tmp_path, STUBBORN)
    assert not process.stop(patience=0.2)
    assert not process.is_alive()
    assert process.exit_code() == -9


def test_a_later_process_with_the_same_number_is_left_alone(tmp_path: Path) -> None:
    """Number and start time have to agree."""
    process = started(tmp_path, WAITS)
    stranger = Process(pid=process.pid, started="1")
    assert not stranger.is_alive()
    assert stranger.stop(patience=1)
    assert process.is_alive()
    process.stop(patience=10)


def test_one_that_ended_and_was_not_noticed_yet_is_gone(tmp_path: Path) -> None:
    """Its parent may be another process that doesn't look."""
    child = subprocess.Popen([sys.executable, "-c", ""], stdout=subprocess.PIPE)
    assert child.stdout is not None
    with child.stdout:
        child.stdout.read()
    while start_of(child.pid) is not None:
        pass
    assert child.wait() == 0


def test_how_it_ended_is_known(tmp_path: Path) -> None:
    """To the process that started it."""
    process = started(tmp_path, "raise SystemExit(3)")
    while process.is_alive():
        pass
    assert process.exit_code() == 3


def test_a_lock_is_held_by_one_and_given_up_in_the_end(tmp_path: Path) -> None:
    """Whoever waits for too long is told what for."""
    file = tmp_path / "deep" / "8.5.8.lock"
    with locked(file, patience=1), pytest.raises(OperatorError) as caught, locked(file, patience=0):
        pass
    assert str(caught.value) == (
        f"another process has been busy for 0 seconds with `{tmp_path}/deep/8.5.8`\nhint: wait for it, or end it"
    )
    with locked(file, patience=0):
        pass


def test_a_process_that_dies_gives_its_lock_up(tmp_path: Path) -> None:
    """However it died."""
    file = tmp_path / "x.lock"
    holding = (
        "import time; from pathlib import Path; from dmnroute.zeebe.broker.locking import locked\n"
        f"with locked(Path({str(file)!r}), patience=1):\n    print('up', flush=True)\n    time.sleep(60)"
    )
    process = started(tmp_path, holding)
    with pytest.raises(OperatorError), locked(file, patience=0):
        pass
    import psutil

    psutil.Process(process.pid).kill()
    with locked(file, patience=10):
        assert file.is_file()
