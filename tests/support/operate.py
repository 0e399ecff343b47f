"""A real Camunda with Operate, started by a script, and what its API tells.

The script is `DMNROUTE_OPERATE_UP`, or `shared/operate/operate-up.sh` beside the checkout: `operate-up.sh FOLDER
JAVA_HOME` starts OpenSearch and Camunda at fixed ports, and leaves their process ids in the folder. What it downloads
(by Maven, some 300 MB) is kept in the user's cache. Where it can't be started the tests are skipped, loudly; with
CI=true they fail, unless the script isn't there at all.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any, NoReturn, TypeVar
from urllib.request import HTTPCookieProcessor, OpenerDirector, Request, build_opener

import pytest
from platformdirs import user_cache_path

from dmnroute.errors import OperatorError
from dmnroute.zeebe.broker.java import find_java
from dmnroute.zeebe.broker.ports import holder, is_free

NOT_RUN = "NO OPERATE"

SCRIPT = Path(os.environ.get("DMNROUTE_OPERATE_UP") or Path(__file__).parents[3] / "shared/operate/operate-up.sh")

URL = "http://127.0.0.1:18180"
GRPC_ADDRESS = "127.0.0.1:28000"
PORTS = (9251, 18180, 18960, 28000, 28001, 28002)

START_PATIENCE = 900.0
"""Seconds, with all downloads on a slow line."""
STOP_PATIENCE = 20.0
PATIENCE = 60.0
"""Seconds until something that doesn't appear in Operate is missing: it shows what happened a second or two ago."""

T = TypeVar("T")


@dataclass(frozen=True)
class Operate:
    """The API of Operate, as its user `demo`."""

    opener: OpenerDirector
    token: str

    def search(self, what: str, **wanted: Any) -> list[dict[str, Any]]:
        """Process instances, incidents, variables or flow node instances that fit."""
        found: list[dict[str, Any]] = self._post(f"/v1/{what}/search", {"filter": wanted, "size": 1000})["items"]
        return found

    def operate(self, instance: int, operation: str) -> None:
        """Do what the buttons do: `RESOLVE_INCIDENT` (*Retry*), `CANCEL_PROCESS_INSTANCE` (*Cancel*)."""
        self._post(f"/api/process-instances/{instance}/operation", {"operationType": operation})

    def variables(self, instance: int) -> list[tuple[int, str, Any]]:
        """All variables of an instance: key of the element instance they belong to, name, value."""
        found = self.search("variables", processInstanceKey=instance)
        return [(each["scopeKey"], each["name"], json.loads(each["value"])) for each in found]

    def _post(self, path: str, body: Any) -> Any:
        headers = {"content-type": "application/json", "X-CSRF-TOKEN": self.token}
        with self.opener.open(Request(URL + path, json.dumps(body).encode(), headers), timeout=20) as answer:
            return json.load(answer)


def log_in() -> Operate:
    """Log in as Operate's own page does."""
    opener = build_opener(HTTPCookieProcessor(CookieJar()))
    with opener.open(Request(f"{URL}/api/login?username=demo&password=demo", method="POST"), timeout=20) as answer:
        return Operate(opener, answer.headers["X-CSRF-TOKEN"])


def eventually(look: Callable[[], T], *, patience: float = PATIENCE) -> T:
    """What a look finds, as soon as it is something: Operate reads what the broker wrote a while later."""
    until = time.monotonic() + patience
    while not (found := look()):
        assert time.monotonic() < until, "it didn't appear in Operate"
        time.sleep(0.3)
    return found


@pytest.fixture(scope="session")
def operate() -> Iterator[Operate]:
    """Camunda with Operate, its data fresh; it ends with the session, also when that is told to terminate."""
    if not SCRIPT.is_file():
        pytest.skip(f"{NOT_RUN}: there is no script to start it (DMNROUTE_OPERATE_UP would say where)")
    folder = user_cache_path("dmnroute") / "operate"
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        _start(folder)
        yield log_in()
    finally:
        _stop(folder)
        signal.signal(signal.SIGTERM, before)


def _start(folder: Path) -> None:
    _end_orphans(folder)
    complete = folder / "complete"
    if not complete.exists():
        shutil.rmtree(folder, ignore_errors=True)  # an archive that is half unpacked
    if not complete.exists() and shutil.which("mvn") is None:
        _do_without("its downloads need Maven")
    try:
        java = find_java()
    except OperatorError as error:
        _do_without(error.message)
    for port in PORTS:
        if not is_free(port):
            _do_without(f"port {port} is taken{holder(port)}")
    for name in ("run", "store", "conf"):
        shutil.rmtree(folder / name, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "owner.pid").write_text(str(os.getpid()))
    said = _run(SCRIPT, folder, java.executable.parents[1], log=folder / "up.log")
    if said:
        _do_without(said)
    complete.touch()


def _run(script: Path, folder: Path, java_home: Path, *, log: Path) -> str:
    """Run the script; what went wrong."""
    with log.open("wb") as output:
        running = subprocess.Popen([script, folder, java_home], stdout=output, stderr=output, start_new_session=True)
        try:
            code = running.wait(START_PATIENCE)
        except BaseException:
            os.killpg(running.pid, signal.SIGKILL)  # it and Maven; what it started is in sessions of its own
            running.wait()
            raise
    last = log.read_text(errors="replace").strip().splitlines()[-1:]
    return f"the script ended with {code}: {' '.join(last)} ({log})" if code else ""


def _end_orphans(folder: Path) -> None:
    """A test process that is killed can't stop what it started: the next one does."""
    import psutil

    owner = folder / "owner.pid"
    if owner.exists() and not psutil.pid_exists(int(owner.read_text() or 0)):
        _stop(folder)


def _stop(folder: Path) -> None:
    """End both processes, by force when they don't end by themselves."""
    import psutil

    for name in ("camunda.pid", "store.pid"):
        file = folder / name
        if not file.exists():
            continue
        try:
            process = psutil.Process(int(file.read_text()))
            if str(folder) in " ".join([process.cwd(), *process.cmdline()]):  # numbers are given again
                process.terminate()
                _wait_or_kill(process)
        except (psutil.NoSuchProcess, ValueError):
            pass
        file.unlink()


def _wait_or_kill(process: Any) -> None:
    import psutil

    try:
        process.wait(STOP_PATIENCE)
    except psutil.TimeoutExpired:
        process.kill()
        process.wait(STOP_PATIENCE)


def _do_without(why: str) -> NoReturn:
    if os.environ.get("CI") == "true":
        pytest.fail(f"{NOT_RUN}: {why}")
    pytest.skip(f"{NOT_RUN}: {why}")


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """One line for all of them, which can't be overlooked."""
    skipped = [report for report in terminalreporter.stats.get("skipped", ()) if NOT_RUN in str(report.longrepr)]
    if skipped:
        why = str(skipped[0].longrepr[2]).partition(NOT_RUN)[2]
        terminalreporter.write_line(f"{NOT_RUN}{why}: {len(skipped)} tests were NOT RUN", red=True, bold=True)
