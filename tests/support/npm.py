"""Packages of npm that tests run: pinned by a lock file, installed once into the user's cache folder.

Where there is no npm, or no way to its packages, the tests that need them are skipped, loudly; with CI=true they fail.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path
from tempfile import mkdtemp
from typing import NoReturn

import pytest
from platformdirs import user_cache_path

FILES = ("package.json", "package-lock.json")


def installed(pinned: Path) -> Path:
    """A folder with the `node_modules` that the lock file in `pinned` names."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        _do_without(pinned, "there is no node, or no npm")
    digest = hashlib.sha256(b"".join((pinned / name).read_bytes() for name in FILES)).hexdigest()[:16]
    folder = user_cache_path("dmnroute-tests") / f"{pinned.name}-{digest}"
    if not folder.is_dir():
        _install(pinned, folder)
    return folder


def _install(pinned: Path, folder: Path) -> None:
    """Install beside, and move: whoever is interrupted, or second, leaves nothing half-done."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    made = Path(mkdtemp(prefix=f"{pinned.name}-", dir=folder.parent))
    try:
        for name in FILES:
            shutil.copy(pinned / name, made)
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
        done = subprocess.run(command, cwd=made, capture_output=True, text=True, timeout=300, check=False)
        if done.returncode:
            _do_without(pinned, f"npm can't install them: {(done.stderr or done.stdout).strip()[:500]}")
        try:
            made.rename(folder)
        except OSError:  # another process was faster
            if not folder.is_dir():
                raise
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _do_without(pinned: Path, why: str) -> NoReturn:
    message = f"NO PACKAGES FOR {pinned.name}: {why}"
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)
