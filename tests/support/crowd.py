"""Processes of a project, as in production: `dmnroute router`, `dmnroute worker`, …, to be killed and started anew."""

from __future__ import annotations

import asyncio
import getpass
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

COMMAND = (sys.executable, "-m", "dmnroute")

# Where nothing compiled may be written, each process would compile everything anew, which takes longer than its work.
COMPILED = {
    "PYTHONPYCACHEPREFIX": str(Path(tempfile.gettempdir()) / f"dmnroute-test-compiled-{getpass.getuser()}"),
    "PYTHONDONTWRITEBYTECODE": "",
}

PATIENCE = 120.0
"""Seconds after which a process that doesn't serve is broken, on the busiest machine."""


@dataclass
class Crowd:
    """Processes by name, in the folder of one project, with one environment."""

    project: Path
    environment: Mapping[str, str]
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, name: str, *words: str) -> None:
        """Start `dmnroute <words>` under a name; without words, the command before the name's dash: `router-2`."""
        command = [*COMMAND, *(words or [name.partition("-")[0]])]
        env = {**os.environ, **COMPILED, **self.environment}
        with self._log(name).open("wb") as log:
            self.processes[name] = subprocess.Popen(command, cwd=self.project, env=env, stdout=log, stderr=log)

    def said(self, name: str) -> str:
        """What it wrote so far."""
        return self._log(name).read_text(encoding="utf-8", errors="replace")

    def kill(self, name: str) -> None:
        """End it between any two lines."""
        self.processes[name].send_signal(signal.SIGKILL)
        self.processes[name].wait()

    async def ended(self, name: str) -> int:
        """Wait for its end; the exit code."""
        return await asyncio.to_thread(self.processes[name].wait, PATIENCE)

    async def terminated(self, name: str) -> int:
        """Ask it to end, and wait; the exit code."""
        self.processes[name].terminate()
        return await self.ended(name)

    async def until_said(self, name: str, text: str) -> None:
        """Wait until it wrote a text. One that ends before has failed."""
        async with asyncio.timeout(PATIENCE):
            while text not in self.said(name):
                assert self.processes[name].poll() is None or text in self.said(name), self.said(name)
                await asyncio.sleep(0.05)

    async def serving(self) -> None:
        """Wait until all that serve say so."""
        for name in self.processes:
            if name.startswith(("router", "worker")):
                await self.until_said(name, "on Zeebe")

    def end(self) -> None:
        """Leave no process behind."""
        for process in self.processes.values():
            process.kill()
            process.wait()

    def _log(self, name: str) -> Path:
        return self.project / f"{name}.log"
