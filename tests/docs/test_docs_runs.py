"""The pages about runs: each of their commands is run, and says what the page says.

A page's commands are run one after the other in a fresh project: what `dmnroute init` makes, with the example policies
of `dmn/examples` and the agents of `workers/examples`. Times and digests may differ. `python -m tests.docs.fill PAGE`
writes what the commands say into the page.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path

import pytest

from dmnroute.cli.commands.init import TEMPLATE

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
ENGINE = {*DOCS.glob("feel*.md"), *DOCS.glob("dmn*.md"), DOCS / "compared.md"}
INDEX = DOCS / "README.md"
PAGES = sorted({*DOCS.glob("*.md")} - ENGINE - {INDEX, DOCS / "cli.md", DOCS / "benchmarks.md"})

COMMANDS = re.compile(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)
CONSOLE = re.compile(r"```console\n(.*?)```", re.DOTALL)
_VARYING = (
    (re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d(\.\d+)?)?( UTC|Z|\+00:00)?"), "<moment>"),
    (re.compile(r"\d{4}-\d\d-\d\d"), "<day>"),
    (re.compile(r"\d\d:\d\d:\d\d(\.\d+)?"), "<time>"),
    (re.compile(r"\b[0-9.]+ (s|min|h)\b( \d+ (s|min)\b)?"), "<seconds>"),
    (re.compile(r"\b[0-9a-f]{16}\b"), "<digest>"),
    (re.compile(r" +"), " "),  # columns are as wide as what varies in them
)


PORT = "8090"
"""Where pages have a server listen; it is another port here, for tests run beside each other."""


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Path]:
    """A project with the example policies and their agents."""
    make_project(tmp_path)
    yield tmp_path
    end_servers(tmp_path)


def end_servers(project: Path) -> None:
    """End what a page has left running, when it didn't come to its end."""
    for file in project.glob("*.pid"):
        with suppress(ProcessLookupError, ValueError):
            os.kill(int(file.read_text()), signal.SIGTERM)


@cache
def port_of(project: Path) -> str:
    """A port that is free, the same for all commands of a page."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def make_project(folder: Path) -> None:
    """The template of `dmnroute init`, and the examples."""
    shutil.copytree(TEMPLATE, folder, dirs_exist_ok=True)
    for source, target in ((ROOT / "dmn" / "examples", "dmn"), (ROOT / "workers" / "examples", "workers")):
        if source.is_dir():
            shutil.copytree(source, folder / target, dirs_exist_ok=True)


def test_every_page_is_found_from_the_index() -> None:
    """Each page is named there once, and nothing else is."""
    linked = re.findall(r"\]\(([^)]+\.md)\)", INDEX.read_text("utf-8"))
    assert sorted(linked) == sorted(page.name for page in DOCS.glob("*.md") if page != INDEX)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_commands_of_a_page_say_what_it_says(page: Path, project: Path, path: str) -> None:
    """Each line after `$` prints the lines below it, but for times."""
    commands = [found for block in CONSOLE.findall(page.read_text("utf-8")) for found in COMMANDS.findall(block)]
    assert commands, "a page without an example explains nothing"
    if shutil.which("curl") is None and os.environ.get("CI") != "true" and any("curl" in each for each, _ in commands):
        pytest.skip("there is no curl")
    for command, wanted in commands:
        assert _steady(said(command, project, path)) == _steady(wanted), command


PATH = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
"""Where `dmnroute` is the one of this environment."""


def said(command: str, project: Path, path: str = PATH) -> str:
    """What a command prints, on both streams."""
    environment = {name: text for name, text in os.environ.items() if not name.startswith("DMNROUTE_")}
    environment |= {"DMNROUTE_API__PORT": port_of(project), "DMNROUTE_API__GRPC_PORT": "0"}
    environment |= {"NO_COLOR": "1", "COLUMNS": "100", "PYTHONUNBUFFERED": "1", "PATH": path, "USER": "ada"}
    done = subprocess.run(
        command.replace(PORT, port_of(project)),
        shell=True,
        cwd=project,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        timeout=60,
    )
    return done.stdout.decode().replace(port_of(project), PORT)


def _steady(text: str) -> str:
    for varying, name in _VARYING:
        text = varying.sub(name, text)
    return text.strip()
