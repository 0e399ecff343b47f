"""How reports name files."""

from __future__ import annotations

from pathlib import Path


def report_path(file: Path) -> str:
    """From the current folder where the file is below it: reviews look for it below the top of the repository."""
    try:
        return file.resolve().relative_to(Path.cwd().resolve()).as_posix()
    except ValueError:
        return file.as_posix()
