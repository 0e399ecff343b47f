"""Which files a demo takes, and how they are called."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dmnroute.cli.demo.documents import find_documents, sample_documents
from dmnroute.errors import UsageError


def _tree(root: Path, *files: str) -> None:
    for file in files:
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_text(file)


def test_folders_are_walked_in_sorted_order_without_hidden_files(tmp_path: Path) -> None:
    """Folders stand in their place among the files; hidden files and folders are skipped."""
    _tree(tmp_path, "b.txt", "a/z.txt", "a/.secret", ".git/config", "c/d/e.pdf", "A.txt")
    found = find_documents([tmp_path])
    assert [document.path for document in found] == [
        str(tmp_path / name) for name in ("A.txt", "a/z.txt", "b.txt", "c/d/e.pdf")
    ]


def test_the_limit_counts_files_and_each_file_counts_once(tmp_path: Path) -> None:
    """A file that is given and lies in a folder given is one document."""
    _tree(tmp_path, "a.txt", "b.txt", "c.txt")
    found = find_documents([tmp_path / "b.txt", tmp_path], limit=2)
    assert [document.name for document in found] == ["b.txt", "a.txt"]


def test_a_hidden_file_that_is_given_is_taken(tmp_path: Path) -> None:
    """Only walking skips."""
    _tree(tmp_path, ".hidden.txt")
    assert [document.name for document in find_documents([tmp_path / ".hidden.txt"])] == [".hidden.txt"]


def test_relative_paths_become_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A resumed demo may run in another folder."""
    _tree(tmp_path, "a.txt")
    monkeypatch.chdir(tmp_path)
    assert find_documents([Path("a.txt")])[0].path == str(tmp_path / "a.txt")


def test_names_have_as_many_folders_as_tell_them_apart(tmp_path: Path) -> None:
    """`copyright` of three packages needs the package's name; a name that is unique needs nothing."""
    _tree(tmp_path, "bash/copyright", "zlib/copyright", "x/doc/readme", "y/doc/readme", "only.txt")
    names = {document.name for document in find_documents([tmp_path])}
    assert names == {"bash/copyright", "zlib/copyright", "x/doc/readme", "y/doc/readme", "only.txt"}


def test_names_are_safe_to_print(tmp_path: Path) -> None:
    """A file's name may hold what steers a terminal."""
    _tree(tmp_path, "evil\x1b[2J\n.txt")
    assert find_documents([tmp_path])[0].name == "evil·[2J .txt"


def test_names_that_are_no_text_and_what_is_no_file_are_passed_over(tmp_path: Path) -> None:
    """Broken links, pipes, links that circle, and names of another encoding don't stop the walk."""
    _tree(tmp_path, "good.txt")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "broken").symlink_to("nowhere")
    (tmp_path / "circle").symlink_to(tmp_path)
    with open(os.fsencode(tmp_path) + b"/caf\xe9.txt", "w"):
        pass
    assert [document.name for document in find_documents([tmp_path])] == ["good.txt"]


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    """The path, as it was given."""
    with pytest.raises(UsageError) as caught:
        find_documents([tmp_path / "nowhere.pdf"])
    assert str(caught.value) == f"there is no `{tmp_path}/nowhere.pdf`"
    assert caught.value.code == "no_file"


def test_a_folder_without_documents_is_said(tmp_path: Path) -> None:
    """With the reason that is most likely."""
    _tree(tmp_path, ".hidden")
    with pytest.raises(UsageError) as caught:
        find_documents([tmp_path])
    assert str(caught.value) == f"no documents in `{tmp_path}`\nhint: hidden files are skipped"


def test_the_samples_are_documents_only(tmp_path: Path) -> None:
    """The script that made them lies beside them."""
    _tree(tmp_path, "b.pdf", "a.txt", "make.py", "folder/c.txt")
    assert sample_documents(tmp_path) == [tmp_path / "a.txt", tmp_path / "b.pdf"]
