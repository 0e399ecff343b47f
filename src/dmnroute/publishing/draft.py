"""A table that somebody wants to publish."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from dmnroute.cases.reading import case_files
from dmnroute.errors import OperatorError, UsageError

LONGEST_NAME = 200
"""Bytes of a file's name: file systems take 255, and test cases have longer names than their table."""


@dataclass(frozen=True, slots=True)
class Draft:
    """The text of a policy's file, and what belongs to it."""

    name: str
    """The policy's name: that of its file without `.dmn`."""
    text: bytes
    folder: Path
    """Where the other tables of the project are: those that it starts child runs of, and its test cases."""
    cases: tuple[Path, ...] = ()
    """Files of test cases that it has to pass."""

    @property
    def file(self) -> str:
        """The name of its file, as findings name it."""
        return f"{self.name}.dmn"

    @contextmanager
    def placed(self) -> Iterator[Path]:
        """Its file in a folder of its own, beside the project's other tables."""
        with TemporaryDirectory(prefix="dmnroute-") as made:
            folder = Path(made)
            for other in sorted(self.folder.glob("*.dmn")):
                (folder / other.name).write_bytes(other.read_bytes())
            (folder / self.file).write_bytes(self.text)
            yield folder / self.file


def draft_of_file(file: Path) -> Draft:
    """A draft from a file, with the test cases beside it. Raises OperatorError `unreadable_policy`."""
    try:
        text = file.read_bytes()
    except OSError as error:
        raise OperatorError(f"`{file}` can't be read: {error.strerror}", code="unreadable_policy") from error
    return Draft(policy_name(file.name), text, file.parent, tuple(case_files(file)))


def draft_of_text(file: str, text: bytes, folder: Path) -> Draft:
    """A draft that came by another way than a file of the project, with the project's test cases of its name."""
    name = policy_name(file)
    return Draft(name, text, folder, tuple(case_files(folder / f"{name}.dmn")))


def policy_name(file: str) -> str:
    """The name of the policy in a file. Raises UsageError `bad_policy_name`."""
    name = file.removesuffix(".dmn")
    if file == name or not name or not is_file_name(file):
        raise UsageError(
            f"`{file}` can't be the file of a policy", code="bad_policy_name", hint="it is named as in `intake.dmn`"
        )
    return name


def is_file_name(text: str) -> bool:
    """Whether a text can name a file, on any system: no path, nothing that can't be seen, not too long."""
    return text.isprintable() and not {"/", "\\"} & set(text) and len(text.encode()) <= LONGEST_NAME
