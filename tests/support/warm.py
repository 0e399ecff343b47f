"""A `dmnroute` that is there at once, for tests that run it hundreds of times.

Most of what a short command takes is loading its modules. `warm` keeps a process that has loaded them, and gives a
folder for `PATH`: the `dmnroute` in it has that process fork, and the fork runs the command, with the streams, the
folder, the environment and the arguments of whoever called it. Signals that the caller gets are passed on.
"""

from __future__ import annotations

import array
import atexit
import importlib
import io
import json
import os
import pkgutil
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import dmnroute
from dmnroute.cli.entry import main

NOT_LOADED = ("zeebe", "api", "testing.plugin", "store.migrations", "cli.template", "__main__")
"""Parts of the package that don't fit: gRPC doesn't like to be forked, and others load some in a way of their own."""
_CALLER = """#!{python} -ISE
import array, json, os, signal, socket, sys
call = json.dumps([sys.argv[1:], os.getcwd(), dict(os.environ)]).encode()
server = socket.socket(socket.AF_UNIX)
server.connect({address!r})
streams = array.array("i", [0, 1, 2])
server.sendmsg([len(call).to_bytes(4, "big")], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, streams)])
server.sendall(call)
answers = server.makefile()
process = int(answers.readline())
for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, lambda number, _: os.kill(process, number))
os._exit(int(answers.readline()))
"""


@contextmanager
def warm() -> Iterator[Path]:
    """The folder; at the end the process ends, and commands that still run go on."""
    with tempfile.TemporaryDirectory(prefix="warm-") as folder:
        address, caller = f"{folder}/socket", Path(folder, "dmnroute")
        caller.write_text(_CALLER.format(python=sys.executable, address=address), "utf-8")
        caller.chmod(0o755)
        command = [sys.executable, "-u", "-m", "tests.support.warm", address]
        root = Path(__file__).parents[2]
        with subprocess.Popen(command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == b"ready\n", "the warm process doesn't start"
            yield Path(folder)
            assert process.stdin is not None
            process.stdin.close()
            process.wait(60)


def _fork_for_callers(address: str) -> bool:
    """Comes back as a fork that has to run a command; otherwise when stdin has ended, and nobody calls any more."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(address)
        listening.listen()
        print("ready", flush=True)
        while sys.stdin not in (ready := select.select([listening, sys.stdin], [], [])[0]):
            assert ready == [listening]
            connection, _ = listening.accept()
            with connection:
                if os.fork() == 0:
                    listening.close()
                    return _is_command(connection)
        return False


def _is_command(connection: socket.socket) -> bool:
    """Fork once more: one is the command, the other tells the caller what became of it."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    head, ancillary, *_ = connection.recvmsg(4, socket.CMSG_SPACE(3 * 4))
    streams = array.array("i", ancillary[0][2])
    with connection.makefile("rb") as call:
        arguments, folder, environment = json.loads(call.read(int.from_bytes(head, "big")))
    command = os.fork()
    if command:
        for stream in (0, 1, *streams):
            os.close(stream)
        connection.sendall(b"%d\n" % command)
        code = os.waitstatus_to_exitcode(os.waitpid(command, 0)[1])
        connection.sendall(b"%d\n" % (code if code >= 0 else 128 - code))
        os._exit(0)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    _take_streams()
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["dmnroute", *arguments]
    return True


def _take_streams() -> None:
    """Python remembers what kind of files they were when it began; these are as with `python -u`."""
    sys.stdin = io.TextIOWrapper(io.FileIO(0, closefd=False), "utf-8")
    sys.stdout, sys.stderr = (
        io.TextIOWrapper(io.FileIO(number, "w", closefd=False), "utf-8", write_through=True) for number in (1, 2)
    )


def _run() -> NoReturn:
    """Run the command to its end, but for what takes longest then: taking all that was loaded apart."""
    try:
        main()
    except SystemExit as end:
        threading._shutdown()  # type: ignore[attr-defined]  # waits for threads, as the end of a program does
        atexit._run_exitfuncs()
        sys.stdout.flush()
        os._exit(end.code if isinstance(end.code, int) else 0)


if __name__ == "__main__":
    left = tuple(f"dmnroute.{name}" for name in NOT_LOADED)
    for module in pkgutil.walk_packages(dmnroute.__path__, "dmnroute."):
        if not module.name.startswith(left):
            importlib.import_module(module.name)
    if _fork_for_callers(sys.argv[1]):
        _run()
