"""Write what the commands of a page say into the page: `python -m tests.docs.fill docs/explain.md`."""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path

from tests.docs import test_docs_runs as runs


def fill(page: Path) -> None:
    """Run the page's commands in a fresh project, one after the other."""
    with tempfile.TemporaryDirectory() as folder:
        runs.make_project(project := Path(folder))

        def said(found: re.Match[str]) -> str:
            blank = "\n" if found[2].endswith("\n\n") else ""
            return f"$ {found[1]}\n{runs.said(found[1], project).rstrip()}\n{blank}"

        def block(found: re.Match[str]) -> str:
            return f"```console\n{runs.COMMANDS.sub(said, found[1])}```"

        try:
            page.write_text(runs.CONSOLE.sub(block, page.read_text("utf-8")), "utf-8")
        finally:
            runs.end_servers(project)


if __name__ == "__main__":
    for name in sys.argv[1:]:
        fill(Path(name))
