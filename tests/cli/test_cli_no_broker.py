"""What commands say when nobody is there to work with: no broker, no router."""

from __future__ import annotations

import os
import pty
import socket
import subprocess
from contextlib import suppress

import pytest
from tests.cli.conftest import Bench, Cli
from tests.support.broker import SMALL_AND_QUICK
from tests.support.crowd import COMMAND, COMPILED, Crowd

from dmnroute.routing.canonical import dumps
from dmnroute.routing.records.run import Limits, Run
from dmnroute.store.open import open_store
from dmnroute.testing import ManualClock
from dmnroute.zeebe.broker import RunningBroker, find

GREET = {"agent": '"greet"'}
DONE = {"action": '"complete"'}


@pytest.fixture
def nowhere(monkeypatch: pytest.MonkeyPatch) -> str:
    """An address where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    monkeypatch.setenv("ZEEBE_ADDRESS", address)
    return address


def nobody_at(address: str) -> str:
    return (
        f"error: no broker answers at {address}: connection refused\n"
        "hint: `dmnroute broker up` starts one on this machine; ZEEBE_ADDRESS says where another one is\n"
    )


@pytest.mark.parametrize(
    "words", [["router"], ["worker"], ["demo", "--engine", "zeebe"], ["run", "hello", "--engine", "zeebe"]]
)
def test_without_a_broker_commands_say_so(bench: Bench, cli: Cli, nowhere: str, words: list[str]) -> None:
    """Soon, with the address and the way to get one; no run is kept that nobody would carry out."""
    bench.save("hello", GREET, DONE)
    bench.save("intake", GREET, DONE)
    said = cli(*words)
    assert (said.code, said.out, said.err) == (1, "", nobody_at(nowhere))
    assert cli("runs", "--json").json == []


async def test_a_run_can_be_cancelled_without_its_broker(bench: Bench, nowhere: str) -> None:
    """The store has it at once; that the instance wasn't told is an error."""
    store = await open_store("runs.db")
    run = Run(id="r1", policy="hello", started=ManualClock().now(), input={}, limits=Limits(), process_instance="17")
    await store.create([run])
    await store.close()
    crowd = Crowd(bench.root, {})
    crowd.start("cancel", "cancel", "r1")
    assert await crowd.ended("cancel") == 1
    assert crowd.said("cancel") == nobody_at(nowhere)
    crowd.start("runs", "runs", "--json")
    await crowd.ended("runs")
    assert '"status": "cancelled"' in crowd.said("runs")


async def test_a_run_that_no_router_takes_says_what_it_waits_for(bench: Bench, broker: RunningBroker) -> None:
    """It goes on by itself when one is started."""
    bench.save("hello", GREET, DONE)
    crowd = Crowd(bench.root, {"ZEEBE_ADDRESS": broker.grpc_address})
    try:
        crowd.start("run", "run", "hello", "--run-id", f"hello-{broker.state.ports.grpc}", "--engine", "zeebe")
        await crowd.until_said(
            "run",
            f"run `hello-{broker.state.ports.grpc}` waits for a router: `dmnroute router` starts one;"
            " it has to have the same store, as DMNROUTE_STORE says it\n",
        )
        crowd.start("router")
        crowd.start("worker")
        assert await crowd.ended("run") == 0
        assert '"greeting": "hello world"' in crowd.said("run")
    finally:
        crowd.end()


def on_terminal(*words: str, answer: str) -> tuple[int, str]:
    """Run the command on a terminal, and answer its question; the exit code, and everything that was shown."""
    ours, theirs = pty.openpty()
    env = {**os.environ, **COMPILED, "TERM": "dumb"}
    running = subprocess.Popen([*COMMAND, *words], stdin=theirs, stdout=theirs, stderr=theirs, env=env)
    os.close(theirs)
    shown, asked = "", False
    with suppress(OSError):  # which is how the end of the other side is told
        while more := os.read(ours, 10_000):
            shown += more.decode()
            if "[Y/n]: " in shown and not asked:  # the terminal echoes the answer where it stands then
                asked = True
                os.write(ours, f"{answer}\n".encode())
    os.close(ours)
    return running.wait(60), shown.replace("\r\n", "\n")


def test_on_a_terminal_the_demo_asks_before_it_starts_a_broker(bench: Bench, nowhere: str) -> None:
    """No is an answer: then it is the error that others get."""
    bench.save("intake", GREET, DONE)
    code, shown = on_terminal("demo", "--engine", "zeebe", answer="n")
    assert code == 1
    assert shown == (
        f"no broker answers at {nowhere}: connection refused\n"
        f"Start one here, as `dmnroute broker up` does? [Y/n]: n\n{nobody_at(nowhere)}"
    )


@pytest.mark.xdist_group("broker")
def test_the_demo_starts_a_broker_when_told_to(
    bench: Bench, nowhere: str, broker: RunningBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the address of the settings; it goes on afterwards, and its licence is told."""
    monkeypatch.setenv("DMNROUTE_BROKER__MEMORY", "512m")
    monkeypatch.setenv("DMNROUTE_BROKER__JVM_OPTIONS", dumps(list(SMALL_AND_QUICK)))
    bench.save("intake", GREET, DONE)
    (bench.root / "letter.txt").write_text("hello")
    try:
        code, shown = on_terminal("demo", "letter.txt", "--engine", "zeebe", "--plain", answer="y")
        assert code == 0, shown
        started = find()
        assert started is not None
        assert started.grpc_address == nowhere
        assert f"broker `default` at {nowhere} goes on until `dmnroute broker down`\n" in shown
        assert "Zeebe 8.5.8: Zeebe Community License 1.1: free, in production too" in shown
        assert "letter.txt completed" in shown
    finally:
        if (left := find()) is not None:
            left.down()
