"""A PostgreSQL that is thrown away: made for one test session (with xdist: for each worker), gone with it.

It needs Debian's package `postgresql`, or `initdb` and `postgres` on the path. Without them the tests are skipped, and
the summary says so; with `CI=true` they fail.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

NOT_RUN = "NO POSTGRESQL"
MISSING = f"{NOT_RUN}: it isn't installed (Debian: apt-get install postgresql)"

_USER = "dmnroute"
_SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "listen_addresses": "",
    "max_connections": "200",
    "shared_buffers": "32MB",
    "log_min_messages": "panic",
    "log_checkpoints": "off",
    "timezone": "America/St_Johns",  # times must not depend on it
}


class Postgres:
    """A server that is reached through a socket in a folder of its own."""

    def __init__(self, programs: Path) -> None:
        self._programs = programs
        # The folder that tests get may be too deep for the path of a socket, and is closed to other users.
        self.folder = Path(tempfile.mkdtemp(prefix="dmnroute-pg-"))
        self._data = self.folder / "data"
        # PostgreSQL refuses to run as root; the package has made a user for it.
        self._as: dict[str, Any] = {"user": "postgres", "group": "postgres", "extra_groups": []} if _root() else {}
        if _root():
            shutil.chown(self.folder, "postgres", "postgres")
        self._server: subprocess.Popen[bytes] | None = None
        self._made = 0

    def initialize(self) -> None:
        options = ["--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C.UTF-8", f"--username={_USER}"]
        self._run("initdb", f"--pgdata={self._data}", *options)

    def start(self) -> None:
        settings = [f"--{name}={value}" for name, value in _SETTINGS.items()]
        command = [self._programs / "postgres", "-D", self._data, "-k", self.folder, *settings]
        with (self.folder / "log").open("ab") as log:
            self._server = subprocess.Popen(command, stdout=log, stderr=log, cwd=self.folder, **self._as)
        end = time.monotonic() + 60
        while not self._answers():
            if self._server.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"PostgreSQL doesn't start:\n{(self.folder / 'log').read_text()}")
            time.sleep(0.02)

    def stop(self, how: signal.Signals = signal.SIGQUIT) -> None:
        """End the server: SIGQUIT as if it had crashed, SIGINT after telling its clients."""
        if self._server is not None:
            self._server.send_signal(how)
            self._server.wait(60)
            self._server = None

    def remove(self) -> None:
        self.stop(signal.SIGINT)
        shutil.rmtree(self.folder)

    def url(self, database: str) -> str:
        return f"postgresql://{_USER}@/{database}?host={self.folder}"

    def create(self, options: str = "") -> str:
        """Make a database, and say its name."""
        self._made += 1
        name = f"d{self._made}"
        self.sql(f"CREATE DATABASE {name} {options}")
        return name

    def sql(self, statement: str, *, database: str = "postgres") -> str:
        """What a statement answers, as text."""
        options = ["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1"]
        where = [f"--host={self.folder}", f"--username={_USER}", f"--dbname={database}"]
        return self._run("psql", *options, *where, f"--command={statement}").strip()

    def _answers(self) -> bool:
        command = [self._programs / "pg_isready", "--quiet", f"--host={self.folder}"]
        return subprocess.run(command, check=False).returncode == 0

    def _run(self, program: str, *arguments: str) -> str:
        done = subprocess.run(
            [self._programs / program, *arguments],
            capture_output=True,
            text=True,
            cwd=self.folder,
            check=False,
            **self._as,
        )
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stderr}")
        return done.stdout


def programs() -> Path | None:
    """The folder with the programs of the newest PostgreSQL."""
    found = [path for path in Path("/usr/lib/postgresql").glob("*/bin") if (path / "initdb").exists()]
    on_path = shutil.which("initdb")
    newest = max(found, key=lambda path: int(path.parent.name), default=None)
    return newest or (Path(on_path).resolve().parent if on_path else None)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A running server, or no test."""
    folder = programs()
    if folder is None:
        pytest.fail(MISSING) if os.environ.get("CI") == "true" else pytest.skip(MISSING)
    server = Postgres(folder)
    try:
        server.initialize()
        server.start()
        yield server
    finally:
        server.remove()


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """One line for all of them, which can't be overlooked."""
    skipped = [report for report in terminalreporter.stats.get("skipped", ()) if NOT_RUN in str(report.longrepr)]
    if skipped:
        terminalreporter.write_line(f"{MISSING}: {len(skipped)} tests were NOT RUN", red=True, bold=True)


def _root() -> bool:
    return os.geteuid() == 0
