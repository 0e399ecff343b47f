"""`dmnroute init`: what it makes, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree
from tests.cli.conftest import Cli

from dmnroute.cli.commands.init import FILES, TEMPLATE
from dmnroute.dmn import load

DMNDI = "{https://www.omg.org/spec/DMN/20191111/DMNDI/}"


def test_the_files_and_the_way_on_are_told(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every file made, then what to type."""
    monkeypatch.chdir(tmp_path)
    said = cli("init", "new")
    assert (said.code, said.err) == (0, "")
    assert said.out == (
        "made new/README.md\n"
        "made new/dmnroute.toml\n"
        "made new/.gitignore\n"
        "made new/dmn/triage.dmn\n"
        "made new/dmn/triage.tests.yaml\n"
        "made new/dmn/guards/canary.dmn\n"
        "made new/workers/messages.py\n"
        "made new/tests/test_triage.py\n"
        "\n"
        "  cd new\n"
        "  dmnroute check\n"
        "  dmnroute policy test\n"
        '  dmnroute run triage --input text="I was charged twice"\n'
        "  pytest\n"
    )
    assert (tmp_path / "new" / "README.md").read_text().startswith("# new\n")


def test_nothing_is_overwritten(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One file that is there already keeps all from being written."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "README.md").write_text("mine")
    said = cli("init")
    assert (said.code, said.err) == (
        2,
        "error: `README.md` would be overwritten\nhint: nothing was written; choose a new folder\n",
    )
    assert [path.name for path in tmp_path.iterdir() if path.name != "home"] == ["README.md"]
    assert (tmp_path / "README.md").read_text() == "mine"


def test_a_folder_that_cannot_be_made_is_told(cli: Cli, tmp_path: Path) -> None:
    """The file in the way is named, and why."""
    (tmp_path / "file").write_text("")
    said = cli("init", tmp_path / "file")
    assert said.code == 1
    assert said.err == f"error: can't write `{tmp_path / 'file' / 'README.md'}`: file exists\n"


def test_the_table_is_one_that_modeler_draws() -> None:
    """DMN 1.3 for Camunda 8, and every element has its shape or edge."""
    table = TEMPLATE / "dmn" / "triage.dmn"
    root = etree.parse(table).getroot()
    modeler = "{http://camunda.org/schema/modeler/1.0}"
    assert root.tag == "{https://www.omg.org/spec/DMN/20191111/MODEL/}definitions"
    assert root.get(f"{modeler}executionPlatform") == "Camunda Cloud"
    drawn = {shape.get("dmnElementRef") for shape in root.iter(f"{DMNDI}DMNShape", f"{DMNDI}DMNEdge")}
    wanted = ("decision", "inputData", "informationRequirement")
    assert drawn == {element.get("id") for name in wanted for element in root.iter(f"{{{root.nsmap[None]}}}{name}")}
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    assert list(load(table).decisions) == ["Route"]


def test_every_file_of_the_template_is_used() -> None:
    """The list of files and the folder say the same."""
    there = {str(path.relative_to(TEMPLATE)) for path in TEMPLATE.rglob("*") if path.is_file()}
    assert {name for name in there if "__pycache__" not in name} == set(FILES.values())
