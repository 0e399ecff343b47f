"""Unpack a distribution that came from outside."""

from __future__ import annotations

import gzip
import hashlib
import tarfile
import zlib
from pathlib import Path, PurePosixPath

MOST_BYTES = 2 * 1024**3
"""Unpacked size above which an archive is no distribution of Zeebe (some 310 MB)."""


class BadArchiveError(Exception):
    """The archive is cut off, damaged, or not what it should be; the text says which."""


def check_digest(archive: Path, expected: str) -> None:
    """Compare the SHA-256 of an archive.

    Raises:
        BadArchiveError: they differ.
    """
    with archive.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != expected:
        raise BadArchiveError(f"its SHA-256 is {found}, not {expected}")


def unpack(archive: Path, target: Path) -> None:
    """Unpack a tar.gz into a folder, without the one folder that everything in it is under.

    Links, devices and paths that lead elsewhere are refused; programs stay executable.

    Raises:
        BadArchiveError: nothing may be trusted that was unpacked so far.
    """
    try:
        with tarfile.open(archive, "r:gz") as tar:
            total = 0
            for member in tar:
                total += member.size
                if total > MOST_BYTES:
                    raise BadArchiveError("it is far too large")
                _write(tar, member, target / _inner(member))
    except (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise BadArchiveError("it is cut off or damaged") from error


def _inner(member: tarfile.TarInfo) -> Path:
    """The path below the one folder. Nothing absolute, nothing upwards, and nothing that isn't a file or a folder."""
    _, *parts = PurePosixPath(member.name).parts or ("",)
    inner = Path(*parts)
    if not (member.isdir() or (member.isfile() and parts)):
        raise BadArchiveError(f"`{member.name}` doesn't belong into it")
    if ".." in PurePosixPath(member.name).parts or inner.is_absolute() or inner.drive:
        raise BadArchiveError(f"`{member.name}` leads elsewhere")
    return inner


def _write(tar: tarfile.TarFile, member: tarfile.TarInfo, path: Path) -> None:
    if member.isdir():
        path.mkdir(parents=True, exist_ok=True)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    content = tar.extractfile(member)
    assert content is not None
    with path.open("xb") as file:
        while chunk := content.read(1 << 20):
            file.write(chunk)
    path.chmod(0o755 if member.mode & 0o100 else 0o644)
