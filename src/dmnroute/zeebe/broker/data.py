"""The folder with a broker's data: its own, and of a release that this one can read."""

from __future__ import annotations

import shutil
from pathlib import Path

from dmnroute.errors import OperatorError, UsageError
from dmnroute.zeebe.broker.releases import numbers

MARK = ".dmnroute-broker"
"""The file that says that a folder is ours, and which release wrote into it last."""


def prepare_data(folder: Path, version: str, *, fresh: bool) -> None:
    """Make the folder ready for a release. Only what a broker has left there is ever dropped.

    Raises:
        UsageError: `foreign_data`: the folder has something else in it.
        OperatorError: `newer_data`: an older release can't read what a newer one wrote.
    """
    written_by = _written_by(folder)
    if fresh and written_by:
        shutil.rmtree(folder)
    elif written_by and numbers(written_by) > numbers(version):
        raise OperatorError(
            f"the data in `{folder}` were written by Zeebe {written_by}, and Zeebe doesn't go back to {version}",
            code="newer_data",
            hint=f"`--version {written_by}` goes on with them, `--fresh` drops them, `--name` starts another broker",
        )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARK).write_text(version, encoding="utf-8")


def _written_by(folder: Path) -> str:
    """The release in the mark; empty for a folder that is empty or isn't there."""
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"`{folder}` isn't a folder", code="foreign_data")
    mark = folder / MARK
    if mark.is_file():
        return mark.read_text(encoding="utf-8").strip()
    if folder.is_dir() and any(folder.iterdir()):
        raise UsageError(
            f"`{folder}` holds something else than the data of a broker",
            code="foreign_data",
            hint="`--data` takes a folder of its own, which is made when it isn't there",
        )
    return ""
