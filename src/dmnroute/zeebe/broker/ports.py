"""Choose the ports of a broker, and say who holds one that isn't free."""

from __future__ import annotations

import socket
from collections.abc import Iterable

from pydantic import BaseModel, ConfigDict

from dmnroute.errors import OperatorError
from dmnroute.zeebe.broker.options import BrokerOptions

HOST = "127.0.0.1"
"""The only interface that a broker listens on: it has no passwords."""


class Ports(BaseModel):
    """The ports of one broker."""

    model_config = ConfigDict(frozen=True)

    grpc: int
    rest: int
    management: int
    command: int
    internal: int


DEFAULTS = Ports(grpc=26500, rest=8080, management=9600, command=26501, internal=26502)


def choose_ports(options: BrokerOptions) -> Ports:
    """The ports that were asked for, else the usual ones where they are free, else any free ones.

    Clients know the gRPC port by heart: only that one is never replaced by another.

    Raises:
        OperatorError: `port_taken`, with who holds it.
    """
    taken: set[int] = set()
    asked = {"grpc": options.grpc_port, "rest": options.rest_port, "management": options.management_port}
    if asked["grpc"] is None and not options.any_ports:
        asked["grpc"] = DEFAULTS.grpc + options.port_offset
    for what, port in asked.items():
        if port is not None:
            _insist(what, port, taken)
            taken.add(port)
    chosen = {}
    for what, usual in DEFAULTS:
        wanted = None if options.any_ports else usual + options.port_offset
        chosen[what] = asked.get(what) or _free_port(wanted, taken)
        taken.add(chosen[what])
    return Ports(**chosen)


def is_free(port: int) -> bool:
    """Whether a server can be started on the port, now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def holder(port: int) -> str:
    """` by ``java`` (process 4711)`; empty where the system doesn't tell."""
    import psutil

    try:
        listening = [each for each in psutil.net_connections(kind="tcp") if each.status == psutil.CONN_LISTEN]
        pid = next(each.pid for each in listening if each.laddr and each.laddr.port == port and each.pid)
        return f" by `{psutil.Process(pid).name()}` (process {pid})"
    except (psutil.Error, OSError, StopIteration):
        return ""


def _insist(what: str, port: int, taken: Iterable[int]) -> None:
    if port in taken:
        raise OperatorError(f"port {port} was given twice", code="port_taken", hint="each port needs its own number")
    if not is_free(port):
        raise OperatorError(
            f"port {port} ({_LABELS[what]}) is taken{holder(port)}",
            code="port_taken",
            hint=f"`--port-offset 100` moves every port, `--{what}-port` this one",
        )


def _free_port(wanted: int | None, taken: set[int]) -> int:
    if wanted is not None and wanted not in taken and is_free(wanted):
        return wanted
    while True:
        with socket.socket() as probe:
            probe.bind((HOST, 0))
            port = int(probe.getsockname()[1])
        if port not in taken:
            return port


_LABELS = {"grpc": "gRPC", "rest": "REST", "management": "management"}
