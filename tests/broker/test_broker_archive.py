"""Archives from outside are unpacked as a whole or not at all, and nothing in them leads elsewhere."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from dmnroute.zeebe.broker.archive import BadArchiveError, check_digest, unpack
from dmnroute.zeebe.broker.distribution import ARTIFACT, Distribution, get_distribution, path_in_repository
from dmnroute.zeebe.broker.listening import Silence

SCRIPT = '#!/bin/sh\nexec java \\\n  io.camunda.zeebe.broker.StandaloneBroker \\\n  "$@"\n'


def member(
    name: str, content: str = "", *, kind: bytes = tarfile.REGTYPE, mode: int = 0o644, link: str = ""
) -> tuple[tarfile.TarInfo, bytes]:
    """One entry of an archive."""
    info = tarfile.TarInfo(name)
    info.type, info.mode, info.linkname, info.size = kind, mode, link, len(content)
    return info, content.encode()


def archive(file: Path, *members: tuple[tarfile.TarInfo, bytes]) -> Path:
    """A tar.gz."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(file, "w:gz") as tar:
        for info, content in members:
            tar.addfile(info, io.BytesIO(content))
    return file


def test_the_one_folder_around_everything_is_left_out(tmp_path: Path) -> None:
    """Programs stay executable, other files don't become so."""
    made = archive(
        tmp_path / "a.tar.gz",
        member("top/README", "read me"),
        member("top/", kind=tarfile.DIRTYPE),
        member("top/bin/", kind=tarfile.DIRTYPE),
        member("top/bin/broker", SCRIPT, mode=0o755),
    )
    unpack(made, tmp_path / "out")
    assert (tmp_path / "out" / "README").read_text() == "read me"
    assert (tmp_path / "out" / "bin" / "broker").stat().st_mode & 0o777 == 0o755
    assert (tmp_path / "out" / "README").stat().st_mode & 0o111 == 0


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (member("top/../../evil", "x"), "`top/../../evil` leads elsewhere"),
        (member("top/link", kind=tarfile.SYMTYPE, link="/etc/passwd"), "`top/link` doesn't belong into it"),
        (member("top/hard", kind=tarfile.LNKTYPE, link="/etc/passwd"), "`top/hard` doesn't belong into it"),
        (member("top/pipe", kind=tarfile.FIFOTYPE), "`top/pipe` doesn't belong into it"),
        (member("alone", "x"), "`alone` doesn't belong into it"),
    ],
)
def test_hostile_entries_are_refused(tmp_path: Path, entry: tuple[tarfile.TarInfo, bytes], message: str) -> None:
    """Nothing is written outside of the folder."""
    made = archive(tmp_path / "in" / "a.tar.gz", entry)
    with pytest.raises(BadArchiveError) as caught:
        unpack(made, tmp_path / "in" / "out")
    assert str(caught.value) == message
    assert [path.name for path in tmp_path.iterdir()] == ["in"]


def test_an_absolute_path_stays_inside(tmp_path: Path) -> None:
    """Its first part counts as the folder around everything."""
    unpack(archive(tmp_path / "a.tar.gz", member("/etc/motd", "hello")), tmp_path / "out")
    assert (tmp_path / "out" / "etc" / "motd").read_text() == "hello"


@pytest.mark.parametrize("keep", [0, 10, 60, 500])
def test_a_download_that_was_cut_off_is_noticed(tmp_path: Path, keep: int) -> None:
    """Wherever it ended."""
    import random

    noise = random.Random(7).randbytes(4000).hex()
    whole = archive(tmp_path / "a.tar.gz", member("top/bin/broker", noise)).read_bytes()
    (tmp_path / "cut.tar.gz").write_bytes(whole[:keep])
    with pytest.raises(BadArchiveError) as caught:
        unpack(tmp_path / "cut.tar.gz", tmp_path / "out")
    assert str(caught.value) == "it is cut off or damaged"


def test_a_wrong_digest_is_told(tmp_path: Path) -> None:
    """Expected and found."""
    (tmp_path / "a").write_bytes(b"")
    with pytest.raises(BadArchiveError) as caught:
        check_digest(tmp_path / "a", "0" * 64)
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert str(caught.value) == f"its SHA-256 is {empty}, not {'0' * 64}"


def test_what_maven_has_fetched_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a network; and the second time nothing is unpacked."""
    monkeypatch.setenv("M2_REPO", str(tmp_path / "m2"))
    top = f"{ARTIFACT}-8.5.99"
    archive(
        tmp_path / "m2" / path_in_repository("8.5.99"),
        member(f"{top}/bin/broker", SCRIPT, mode=0o755),
    )
    steps: list[str] = []

    class Steps(Silence):
        def begins(self, step: str) -> None:
            steps.append(step)

    cache = tmp_path / "cache"
    found = [get_distribution("8.5.99", folder=cache, listener=Steps()) for _ in range(2)]
    assert found == [Distribution("8.5.99", cache / "8.5.99")] * 2
    assert found[0].main_class == "io.camunda.zeebe.broker.StandaloneBroker"
    assert steps == ["unpacking Zeebe 8.5.99, once"]
    assert sorted(path.name for path in cache.iterdir()) == ["8.5.99", "8.5.99.lock"]
