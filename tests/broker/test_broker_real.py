"""A real broker, from its start to its end."""

from __future__ import annotations

import asyncio
import json
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from pyzeebe import ZeebeClient, create_insecure_channel
from tests.support.broker import FOLDERS, SMALL_AND_QUICK

from dmnroute.cli.entry import exit_code
from dmnroute.zeebe.broker import BrokerOptions, RunningBroker, find, running_brokers, up
from dmnroute.zeebe.broker import state as state_module
from dmnroute.zeebe.broker.management import get
from dmnroute.zeebe.broker.state import Folders

TINY = Path(__file__).parent / "tiny.bpmn"

HOUR = 3600

HUNDRED_DAYS = 100 * 24 * HOUR
"""Requests are timed by the broker's clock: moving it must not end them."""


@asynccontextmanager
async def client_of(broker: RunningBroker) -> AsyncIterator[ZeebeClient]:
    """A client of pyzeebe."""
    channel = create_insecure_channel(broker.grpc_address)
    try:
        yield ZeebeClient(channel)
    finally:
        await channel.close()


async def run_tiny(client: ZeebeClient, *, quick: bool) -> object:
    """Run the process to its end, and return its variables."""
    ended = await client.run_process_with_result("tiny", {"quick": quick}, timeout=HUNDRED_DAYS * 1000)
    return ended.variables


async def test_timers_fire_when_the_clock_is_moved(broker: RunningBroker) -> None:
    """An hour passes at once, and nobody waits."""
    async with client_of(broker) as client:
        await client.deploy_resource(TINY)
        before = broker.advance_clock(0)
        waiting = asyncio.create_task(run_tiny(client, quick=False))
        while not waiting.done():  # the timer is set at an unknown moment after the start
            await asyncio.to_thread(broker.advance_clock, HOUR)
            await asyncio.wait([waiting], timeout=0.5)
        assert waiting.result() == {"quick": False}
    assert broker.advance_clock(0) - before >= timedelta(hours=1)


def test_a_broker_that_runs_is_found_and_not_started_again(broker: RunningBroker) -> None:
    """By whoever knows its name."""
    assert up(BrokerOptions(name=broker.name), folders=FOLDERS) == broker
    assert find(broker.name, folders=FOLDERS) == broker
    assert broker in running_brokers(folders=FOLDERS)
    assert (broker.condition(), broker.is_alive()) == ("ready", True)
    assert get(f"{broker.management_url}/actuator/health/readiness") == {"status": "UP"}


def test_its_servers_are_open_to_this_machine_only(broker: RunningBroker) -> None:
    """All that can be connected to. Datagrams of the gossip are the exception that Zeebe leaves us."""
    import psutil

    connections = psutil.Process(broker.state.process.pid).net_connections(kind="tcp")
    listening = {each.laddr for each in connections if each.status == psutil.CONN_LISTEN}
    assert {address.ip.removeprefix("::ffff:") for address in listening} == {"127.0.0.1"}
    assert {address.port for address in listening} == set(dict(broker.state.ports).values())


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch, broker: RunningBroker) -> Iterator[Path]:
    """State folders of our own. The session's broker is asked for: where it can't be had, neither can another."""
    folder = Path(tempfile.mkdtemp(prefix="dmnroute-test-"))
    folders = Folders(FOLDERS.distributions, folder / "brokers")
    monkeypatch.setattr(state_module, "user_folders", lambda: folders)
    monkeypatch.setattr("dmnroute.zeebe.broker.lifecycle.user_folders", lambda: folders)
    monkeypatch.setenv("DMNROUTE_BROKER__JVM_OPTIONS", json.dumps(SMALL_AND_QUICK))
    monkeypatch.setenv("DMNROUTE_BROKER__ANY_PORTS", "true")
    monkeypatch.setenv("DMNROUTE_BROKER__NAME", "shop")
    yield folder
    for running in running_brokers(folders=folders):
        running.down()
    shutil.rmtree(folder)


Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str]) -> Command:
    """`dmnroute broker …`: exit code, stdout, stderr."""

    def run(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = exit_code(["broker", *arguments])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


async def test_a_broker_by_the_command_line(home: Path, command: Command) -> None:
    """Up, a process on it, status, up again, logs, down; its data outlive it."""
    assert command("status") == (1, "broker shop: down\n", "")
    assert command("logs")[::2] == (1, "error: broker `shop` has never been up\nhint: `dmnroute broker up` starts it\n")
    code, out, err = command("up", "--memory", "512m")
    assert (code, err) == (0, "starting Zeebe 8.5.8 …\n")
    running = find("shop")
    assert running is not None
    assert out.splitlines()[1:7] == [
        f"  gRPC          {running.grpc_address}",
        f"  REST          {running.rest_url}",
        f"  management    {running.management_url}",
        "  Zeebe         8.5.8",
        "  licence       Zeebe Community License 1.1: "
        "free, in production too, but not for selling process automation as a service",
        f"  licence text  {running.state.home}/ZEEBE-COMMUNITY-LICENSE-1.1.txt",
    ]
    async with client_of(running) as client:
        await client.deploy_resource(TINY)
        assert await run_tiny(client, quick=True) == {"quick": True}

    code, out, _ = command("status", "--json")
    told = json.loads(out)
    assert (code, told["name"], told["status"], told["grpc_address"]) == (0, "shop", "ready", running.grpc_address)
    assert (told["pid"], told["licence"]["production"]) == (running.state.process.pid, True)
    assert command("status", "--name", "other") == (1, "broker other: down\n", "`shop` runs, too\n")

    code, _, err = command("up", "--version", "8.6.0", "--fresh")
    assert (code, err) == (
        0,
        "broker `shop` runs already; nothing was started\n"
        "its version is 8.5.8, not 8.6.0: `dmnroute broker down` first\n"
        "its data were not dropped: `dmnroute broker down` first\n",
    )
    assert "Starting broker 0 version 8.5.8" in command("logs", "-n", "1000")[1]

    assert command("down") == (0, "broker shop is down\n", "")
    assert command("down") == (0, "broker shop wasn't up\n", "")
    assert (running.is_alive(), find("shop")) == (False, None)

    assert command("up", "--memory", "512m")[0] == 0
    again = find("shop")
    assert again is not None
    async with client_of(again) as client:
        assert await run_tiny(client, quick=True) == {"quick": True}
    code, out, _ = command("down", "--json")
    assert (code, json.loads(out)) == (0, {"name": "shop", "status": "down", "was_up": True, "forced": False})
