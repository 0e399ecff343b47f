"""Camunda's own engine, as a process that answers questions; what a value looks like on both sides.

It is there when a JDK of 21 or newer and Camunda's jars are: `CAMUNDA_JARS` names their folder; else they are taken
from the distribution of Zeebe that the local Maven repository or dmnroute's own cache holds.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tarfile
import tempfile
import threading
from collections.abc import Iterable
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from dmnroute.feel.values import Date, DateTime, DaysTimeDuration, Function, Range, Time, YearsMonthsDuration

VERSION = "8.6.0"
"""The release of Zeebe whose engine is asked: feel-engine 1.18, dmn-engine 1.10."""
SOURCE = Path(__file__).with_name("CamundaOracle.java")
_NEEDED = re.compile(
    r"(feel-engine|dmn-engine|camunda-(dmn|xml)-model|scala-library|fastparse|geny|sourcecode|slf4j-api"
    r"|jackson-(core|databind|annotations))[-_][\d_.v-]+.*\.jar"
)
Question = dict[str, Any]
Answer = dict[str, Any]


class NoCamundaError(Exception):
    """Camunda's engine can't be asked here; the text says what is missing."""


class Camunda:
    """The engine, running; answers in the order of the questions."""

    def __init__(self) -> None:
        command = [str(java()), "-Xmx512m", "-XX:+UseSerialGC", "-cp", os.pathsep.join(map(str, jars())), str(SOURCE)]
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
        )

    def __enter__(self) -> Camunda:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            assert stream is not None
            stream.close()

    def ask(self, questions: Iterable[Question]) -> list[Answer]:
        """Ask all of them; written from a thread, so that neither side waits for the other."""
        listed = list(questions)
        writer = threading.Thread(target=self._write, args=(listed,))
        writer.start()
        answers = [self._read() for _ in listed]
        writer.join()
        return answers

    def _write(self, questions: list[Question]) -> None:
        stream = self._process.stdin
        assert stream is not None
        for question in questions:
            stream.write(json.dumps(question) + "\n")
        stream.flush()

    def _read(self) -> Answer:
        stream = self._process.stdout
        assert stream is not None
        line = stream.readline()
        if not line:
            raise NoCamundaError("Camunda's engine has ended")
        answer: Answer = json.loads(line)
        return answer


@cache
def java() -> Path:
    """A `java` that can run a source file. Raises NoCamundaError."""
    homes = [Path(os.environ["JAVA_HOME"])] if os.environ.get("JAVA_HOME") else []
    homes += sorted(Path("/usr/lib/jvm").glob("*")) if Path("/usr/lib/jvm").is_dir() else []
    found = [home / "bin" / "java" for home in homes]
    if on_path := shutil.which("java"):
        found.append(Path(on_path))
    for path in found:
        if path.with_name("javac").is_file() and _version(path) >= 21:
            return path
    raise NoCamundaError("there is no JDK of 21 or newer: set JAVA_HOME")


def _version(path: Path) -> int:
    done = subprocess.run([path, "-version"], capture_output=True, text=True, check=False)
    match = re.search(r'version "(\d+)', done.stderr)
    return int(match[1]) if match else 0


@cache
def jars() -> tuple[Path, ...]:
    """The jars of Camunda's engine. Raises NoCamundaError."""
    named = os.environ.get("CAMUNDA_JARS")
    home = Path.home()
    cache_folder = Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache") / "dmnroute"
    folders = [Path(named)] if named else [cache_folder / "zeebe" / VERSION / "lib", cache_folder / "oracle" / VERSION]
    for folder in folders:
        if found := _jars_in(folder):
            return found
    repository = home / ".m2" / "repository" / "io" / "camunda" / "camunda-zeebe" / VERSION
    archive = repository / f"camunda-zeebe-{VERSION}.tar.gz"
    if named or not archive.is_file():
        raise NoCamundaError(
            f"there are no jars of Zeebe {VERSION}: set CAMUNDA_JARS, or `dmnroute broker up --version {VERSION}`"
        )
    _unpack(archive, folders[-1])
    return _jars_in(folders[-1])


def _jars_in(folder: Path) -> tuple[Path, ...]:
    found = sorted(path for path in folder.glob("*.jar") if _NEEDED.fullmatch(path.name)) if folder.is_dir() else []
    return tuple(found) if any(path.name.startswith("dmn-engine") for path in found) else ()


def _unpack(archive: Path, folder: Path) -> None:
    """Take the few jars that are needed; complete or not at all."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as beside, tarfile.open(archive) as file:
        for member in file:
            name = Path(member.name).name
            if member.isfile() and "/lib/" in member.name and _NEEDED.fullmatch(name):
                content = file.extractfile(member)
                assert content is not None
                (Path(beside) / name).write_bytes(content.read())
        shutil.copytree(beside, folder, dirs_exist_ok=True)


def written(value: object) -> Any:
    """A value of ours as the oracle writes its own; numbers by their value, not their digits."""
    match value:
        case None | bool() | str():
            return value
        case Decimal():
            return {"number": value}
        case list():
            return [written(item) for item in value]
        case dict():
            return {"context": {key: written(item) for key, item in value.items()}}
        case Date():
            return {"date": value}
        case Time():
            return {"time": _clock(value, value.utc_offset)}
        case DateTime():
            return {"date and time": [value.date, *_clock(value.time, value.utc_offset)]}
        case YearsMonthsDuration():
            return {"months": value.total_months}
        case DaysTimeDuration():
            return {"nanoseconds": value.nanoseconds}
        case Function():
            return {"function": True}
        case Range():
            return {"range": True}
    raise TypeError(type(value).__name__)


def _clock(time: Time, offset: int | None) -> list[object]:
    return [time.nanoseconds, offset, time.zone or None]


def read(value: Any) -> Any:
    """What the oracle wrote, in the same shape."""
    if isinstance(value, list):
        return [read(item) for item in value]
    if not isinstance(value, dict):
        return value
    ((kind, content),) = value.items()
    match kind:
        case "number":
            return {"number": Decimal(content)}
        case "context":
            return {"context": {key: read(item) for key, item in content.items()}}
        case "date":
            return {"date": _date(content)}
        case "time":
            return {"time": [int(content[0]), *content[1:]]}
        case "date and time":
            return {"date and time": [_date(content[0]), int(content[1]), *content[2:]]}
        case "months" | "nanoseconds":
            return {kind: int(content)}
        case "range":
            return {"range": True}
    return value


def _date(text: str) -> Date:
    match = re.fullmatch(r"([+-]?\d+)-(\d\d)-(\d\d)", text)
    assert match is not None, text
    return Date(int(match[1]), int(match[2]), int(match[3]))
