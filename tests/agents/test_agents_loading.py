"""Agents from folders and modules, and what is said when they can't be loaded."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import pytest

from dmnroute import AgentError
from dmnroute.agents.loading import load_folder, load_modules

GOOD = """
    from pydantic import BaseModel
    from dmnroute import agent, facts

    class Page(BaseModel):
        path: str

    @facts
    class {name}Facts(BaseModel):
        {name}_title: str = ""

    @agent("{name}")
    async def work(page: Page) -> Page:
        return page
"""


@pytest.fixture(autouse=True)
def _clean_modules() -> Iterator[None]:
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        if name.startswith("zz_"):
            del sys.modules[name]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def write(folder: Path, file: str, text: str) -> Path:
    path = folder / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(dedent(text))
    return path


def said(folder: Path) -> list[str]:
    with pytest.raises(AgentError) as caught:
        load_folder(folder)
    return [caught.value.code, *str(caught.value).split("\n")]


def test_modules_and_packages_of_a_folder_are_loaded(folder: Path) -> None:
    """Packages with all that is in them; private files, tests and scripts are left alone."""
    write(folder, "zz_one.py", GOOD.format(name="one"))
    write(folder, "zz_pack/__init__.py", "")
    write(folder, "zz_pack/inner.py", GOOD.format(name="two"))
    write(folder, "zz_pack/deeper/__init__.py", GOOD.format(name="three"))
    for left_alone in ("_private.py", "test_x.py", ".hidden.py", "zz_pack/__main__.py", "zz_pack/test_y.py"):
        write(folder, left_alone, "raise SystemExit('loaded')")
    write(folder, "notes.txt", "no module")
    (folder / "data").mkdir()
    registry = load_folder(folder)
    assert sorted(registry.agents) == ["one", "three", "two"]
    assert registry.catalogue.known_facts() == {"path", "one_title", "two_title", "three_title"}


def test_an_agent_that_is_imported_elsewhere_is_the_same_agent(folder: Path) -> None:
    """No duplicate."""
    write(folder, "zz_pack/__init__.py", "from .inner import work")
    write(folder, "zz_pack/inner.py", GOOD.format(name="two"))
    assert list(load_folder(folder).agents) == ["two"]


def test_two_agents_of_one_name_are_refused(folder: Path) -> None:
    """With both places."""
    write(folder, "zz_a.py", GOOD.format(name="same"))
    write(folder, "zz_b.py", GOOD.format(name="same"))
    assert said(folder) == ["duplicate_agent", "two agents are named `same`: `zz_a.work` and `zz_b.work`"]


@pytest.mark.parametrize(
    ("text", "message", "line", "shown"),
    [
        (
            "x = 1\nimport no_such_module_x\n",
            "ModuleNotFoundError: No module named 'no_such_module_x'",
            2,
            "import no_such_module_x",
        ),
        ("x = 1\ny = x +\n", "SyntaxError: invalid syntax", 2, "y = x +"),
        ("def f():\n    return 1 / 0\n\nf()\n", "ZeroDivisionError: division by zero", 2, "return 1 / 0"),
        ("import sys\nsys.exit('bye')\n", "SystemExit: bye", 2, "sys.exit('bye')"),
    ],
)
def test_a_broken_module_is_named_with_file_and_line(
    folder: Path, text: str, message: str, line: int, shown: str
) -> None:
    """Where its author has to look."""
    file = write(folder, "zz_broken.py", text)
    assert said(folder) == [
        "agent_import",
        f"module `zz_broken` can't be imported: {message}",
        f"hint: {file}, line {line}: {shown}",
    ]
    assert "zz_broken" not in sys.modules


def test_a_broken_module_inside_a_package_is_named(folder: Path) -> None:
    """By its whole name."""
    write(folder, "zz_pack/__init__.py", "")
    file = write(folder, "zz_pack/inner.py", "import no_such_module_x\n")
    assert said(folder) == [
        "agent_import",
        "module `zz_pack.inner` can't be imported: ModuleNotFoundError: No module named 'no_such_module_x'",
        f"hint: {file}, line 1: import no_such_module_x",
    ]


def test_a_wrong_declaration_is_named_with_file_and_line(folder: Path) -> None:
    """In its own words."""
    file = write(folder, "zz_wrong.py", "from dmnroute import agent\n\nwork = agent('read-text')\n")
    assert said(folder) == [
        "agent_name",
        "agent name `read-text` is not a FEEL identifier",
        "hint: tables read `steps.<agent>`: use letters, digits and underscores, as in `read_text`;"
        f" {file}, line 3: work = agent('read-text')",
    ]


@pytest.mark.parametrize("name", ["json", "pydantic"])
def test_a_module_must_not_take_the_place_of_another(folder: Path, name: str) -> None:
    """Everybody else imports that one."""
    file = write(folder, f"{name}.py", GOOD.format(name="one"))
    assert said(folder) == [
        "agent_import",
        f"`{file}` bears the name of another module, `{name}`",
        f"hint: rename it, as in `{name}_agents`",
    ]
    assert not str(sys.modules[name].__file__).startswith(str(folder))


def test_two_projects_may_have_modules_of_one_name(tmp_path: Path) -> None:
    """One after the other, as tests do."""
    write(tmp_path / "a", "zz_agents.py", GOOD.format(name="first"))
    write(tmp_path / "b", "zz_agents.py", GOOD.format(name="second"))
    assert list(load_folder(tmp_path / "a").agents) == ["first"]
    assert list(load_folder(tmp_path / "b").agents) == ["second"]
    assert list(load_folder(tmp_path / "b").agents) == ["second"]


def test_modules_are_loaded_by_name(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that the settings name."""
    monkeypatch.syspath_prepend(folder)
    write(folder, "zz_named.py", GOOD.format(name="named"))
    assert list(load_modules(["zz_named"]).agents) == ["named"]
    with pytest.raises(AgentError) as caught:
        load_modules(["zz_not_there"])
    assert caught.value.message == (
        "module `zz_not_there` can't be imported: ModuleNotFoundError: No module named 'zz_not_there'"
    )


def test_registries_join(folder: Path) -> None:
    """And refuse what one of them has already."""
    write(folder / "a", "zz_a.py", GOOD.format(name="first"))
    write(folder / "b", "zz_b.py", GOOD.format(name="second"))
    write(folder / "c", "zz_c.py", GOOD.format(name="first"))
    both = load_folder(folder / "a").with_others(load_folder(folder / "b"))
    assert (sorted(both.agents), len(both.facts)) == (["first", "second"], 2)
    with pytest.raises(AgentError, match=r"two agents are named `first`: `zz_a\.work` and `zz_c\.work`"):
        both.with_others(load_folder(folder / "c"))
