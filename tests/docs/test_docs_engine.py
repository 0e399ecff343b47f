"""The pages about FEEL and DMN: their examples run, and they name what there is."""

from __future__ import annotations

import dataclasses
import doctest
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.differential.explained import EXPLAINED

from dmnroute.dmn.checks import RULES
from dmnroute.dmn.model import HitPolicyName
from dmnroute.feel import Limits, NoticeKind

DOCS = Path(__file__).parents[2] / "docs"
PAGES = sorted({*DOCS.glob("feel*.md"), *DOCS.glob("dmn*.md"), DOCS / "compared.md"})
_PYTHON = re.compile(r"```python\n(.*?)```", re.DOTALL)
_CONSOLE = re.compile(r"```console\n(.*?)```", re.DOTALL)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the files that the examples speak of."""
    shutil.copytree(DOCS / "examples", tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_python_of_a_page_does_what_it_says(page: Path, folder: Path):
    """All `>>>` examples of a page, one after the other."""
    text = "\n".join(_PYTHON.findall(page.read_text("utf-8")))
    test = doctest.DocTestParser().get_doctest(text, {}, page.name, str(page), 0)
    output: list[str] = []
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS)
    runner.run(test, out=output.append)
    assert runner.summarize(verbose=False).failed == 0, "".join(output)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_commands_of_a_page_say_what_it_says(page: Path, folder: Path, path: str):
    """Each line after `$` prints the lines below it."""
    for block in _CONSOLE.findall(page.read_text("utf-8")):
        for command, wanted in re.findall(r"^\$ (dmnroute .*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE):
            assert _run(command, folder, path) == wanted.rstrip("\n"), command


def _run(command: str, folder: Path, path: str) -> str:
    environment = {**os.environ, "NO_COLOR": "1", "COLUMNS": "100", "PYTHONUNBUFFERED": "1", "PATH": path}
    done = subprocess.run(
        command, shell=True, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    return done.stdout.decode().rstrip("\n")


def test_every_page_has_examples():
    """A page without an example explains nothing."""
    for page in PAGES:
        text = page.read_text("utf-8")
        assert _PYTHON.search(text) or _CONSOLE.search(text), page.name


@pytest.mark.parametrize(
    ("page", "names"),
    [
        ("feel-nulls.md", [str(kind) for kind in NoticeKind]),
        ("feel-limits.md", [field.name for field in dataclasses.fields(Limits)]),
        ("feel-camunda.md", [explained.name for explained in EXPLAINED]),
        ("dmn-tables.md", [policy.value for policy in HitPolicyName]),
        ("dmn-checks.md", [rule.__name__ for rule in RULES]),
    ],
)
def test_a_page_names_all_of_a_kind(page: str, names: list[str]):
    """What is added to the code is added to the page."""
    text = (DOCS / page).read_text("utf-8")
    assert [name for name in names if f"`{name}`" not in text] == []
