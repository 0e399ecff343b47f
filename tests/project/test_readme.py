"""What the README says is so: its commands run, its examples are executed, its links lead somewhere."""

from __future__ import annotations

import asyncio
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from dmnroute.app import open_app
from dmnroute.project import Project
from dmnroute.settings import Settings
from dmnroute.zeebe.broker import RunningBroker
from dmnroute.zeebe.serving import serving

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
SERVERS = ("broker", "router", "worker", "demo")
"""Commands that serve, or show for long: that they exist is enough here."""


def blocks(language: str) -> list[str]:
    """The code blocks of a language, in order."""
    return re.findall(rf"```{language}\n(.*?)```", README, flags=re.DOTALL)


def commands(program: str) -> list[list[str]]:
    """The commands of the console blocks that call a program."""
    lines = [line for block in blocks("console") for line in block.splitlines()]
    split = [shlex.split(line, comments=True) for line in lines]
    return [words[1:] for words in split if words and words[0] == program]


def dmnroute(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run the command as a user would."""
    command = [sys.executable, "-m", "dmnroute", *words]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


def test_the_commands_run_in_their_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the checkout, then in the new project that one of them makes."""
    monkeypatch.setenv("DMNROUTE_STORE", str(tmp_path / "runs.db"))
    place, ran = tmp_path, []
    for words in commands("dmnroute"):
        if words[0] in SERVERS:
            words = [*words[: 2 if words[0] == "broker" else 1], "--help"]
        done = dmnroute(*words, cwd=ROOT if "dmn/intake.dmn" in words else place)
        assert done.returncode == 0, f"{words}: {done.stderr or done.stdout}"
        if words[0] == "init":
            place = tmp_path / words[1]
        ran.append(words[0])
    assert {"check", "eval", "init", "run", "show", "runs", "router", "worker", "broker", "demo"} <= set(ran)


def test_the_targets_and_extras_exist() -> None:
    """`make …` and `pip install 'dmnroute[…]'`."""
    makefile = (ROOT / "Makefile").read_text()
    for target, *_ in commands("make"):
        assert f"\n{target}:" in makefile, target
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    for named in re.findall(r"dmnroute\[([a-z,]+)\]", README):
        assert set(named.split(",")) <= set(extras)


def test_the_links_lead_somewhere() -> None:
    """Files that the README points to are there."""
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", README):
        assert (ROOT / target).exists(), target


def test_the_agent_of_the_readme_works(tmp_path: Path) -> None:
    """The example is an agent, and reads a file."""
    (block,) = [block for block in blocks("python") if "@agent" in block]
    names: dict[str, object] = {"__name__": "readme"}
    exec(compile(block, "README.md", "exec", dont_inherit=True), names)
    (tmp_path / "page.txt").write_text("hello")
    from dmnroute.testing import step_for

    step = step_for("read_text")
    text = names["read_text"](names["Page"](path=str(tmp_path / "page.txt")), step)  # type: ignore[operator]
    assert text.text == "hello"
    assert float(step.confidence or 0) == 0.97


def test_the_decision_engine_alone_works(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The example prints the guard's verdict and its rule."""
    monkeypatch.chdir(ROOT)
    (block,) = [block for block in blocks("python") if "dmnroute.dmn" in block]
    exec(compile(block, "README.md", "exec", dont_inherit=True), {})
    assert capsys.readouterr().out.startswith("abusive [1] ")


@pytest.mark.xdist_group("broker")
async def test_apps_start_runs_as_the_readme_says(
    tmp_path: Path, broker: RunningBroker, capsys: pytest.CaptureFixture[str]
) -> None:
    """The example runs against a broker with a router and the agents of a new project."""
    assert dmnroute("init", "p", cwd=tmp_path).returncode == 0
    (block,) = [block for block in blocks("python") if "run_process_with_result" in block]
    code = block.replace("127.0.0.1:26500", broker.grpc_address).replace("asyncio.run(start())", "")
    names: dict[str, object] = {}
    exec(compile(code, "README.md", "exec", dont_inherit=True), names)
    settings = Settings(store=str(tmp_path / "runs.db"), zeebe_address=broker.grpc_address, engine="zeebe")
    async with (
        open_app(settings, project=Project(tmp_path / "p")) as app,
        serving(await app.workers(router=True, agents=True)),
    ):
        await names["start"]()  # type: ignore[operator]  # a coroutine function
        async with asyncio.timeout(20):
            while (state := await app.store.state("order-17")) is None or state.status != "completed":
                await asyncio.sleep(0.1)
    assert "'topic': 'billing'" in capsys.readouterr().out
