"""Starts that fail for real: with the Java of this machine, and with what isn't Zeebe."""

from __future__ import annotations

from pathlib import Path

import pytest

from dmnroute.errors import OperatorError
from dmnroute.zeebe.broker import BrokerOptions, find, up
from dmnroute.zeebe.broker import extra as extra_module
from dmnroute.zeebe.broker.java import find_java
from dmnroute.zeebe.broker.state import Folders


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    """With a release whose main class isn't there."""
    try:
        find_java()
    except OperatorError as error:
        pytest.skip(error.message)
    script = tmp_path / "zeebe" / "8.5.99" / "bin" / "broker"
    script.parent.mkdir(parents=True)
    script.write_text("exec java org.example.StandaloneBroker")
    return Folders(tmp_path / "zeebe", tmp_path / "brokers")


def test_a_failed_start_leaves_no_process_and_says_why(folders: Folders) -> None:
    """The words are Java's."""
    with pytest.raises(OperatorError) as caught:
        up(BrokerOptions(name="bad", version="8.5.99", any_ports=True), folders=folders)
    assert str(caught.value) == (
        "broker `bad` didn't start: it ended with exit code 1; "
        f"the last lines of `{folders.states}/bad/broker.log`:\n"
        "  Error: Could not find or load main class org.example.StandaloneBroker\n"
        "  Caused by: java.lang.ClassNotFoundException: org.example.StandaloneBroker\n"
        "hint: the log says why; `dmnroute broker logs` shows more of it"
    )
    assert find("bad", folders=folders) is None
    assert not folders.broker("bad").state_file.exists()


def test_a_missing_extra_is_told_before_anything_else(folders: Folders, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the command that brings it."""
    monkeypatch.setattr(extra_module, "MODULES", ("psutil", "jgo_that_is_missing"))
    with pytest.raises(OperatorError) as caught:
        up(BrokerOptions(), folders=folders)
    assert str(caught.value) == (
        "a broker needs the extra `broker`: module `jgo_that_is_missing` is missing\n"
        "hint: pip install 'dmnroute[broker]'"
    )
    assert not folders.states.exists()


def test_folders_that_can_not_be_written_are_told(folders: Folders, tmp_path: Path) -> None:
    """With what is in the way."""
    (tmp_path / "brokers").write_text("a file, not a folder")
    with pytest.raises(OperatorError) as caught:
        up(BrokerOptions(name="bad", version="8.5.99"), folders=folders)
    assert (caught.value.code, caught.value.message) == (
        "cant_write",
        f"can't write `{tmp_path}/brokers/bad`: not a directory",
    )
