"""Get a distribution of Zeebe, once, into the user's cache."""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from dmnroute.errors import OperatorError
from dmnroute.zeebe.broker.archive import BadArchiveError, check_digest, unpack
from dmnroute.zeebe.broker.listening import Listener
from dmnroute.zeebe.broker.locking import locked
from dmnroute.zeebe.broker.releases import DIGESTS

GROUP, ARTIFACT, PACKAGING = "io.camunda", "camunda-zeebe", "tar.gz"

LONGEST_FETCH = 1800.0
"""Seconds that one process waits for another one that is fetching the same release."""

ANSWER_TIMEOUT = 30
"""Seconds that Maven Central has to answer."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Distribution:
    """A release of Zeebe on disk."""

    version: str
    home: Path

    @property
    def main_class(self) -> str:
        """The class that starts a broker: it has moved between releases, the start script knows it."""
        script = (self.home / "bin" / "broker").read_text(encoding="utf-8")
        return next(word for word in script.split() if word.endswith(".StandaloneBroker"))


def get_distribution(version: str, *, folder: Path, listener: Listener) -> Distribution:
    """The unpacked release; taken from the local Maven repository or from Maven Central when it isn't there yet.

    Several processes may ask at once: one fetches, the others wait for it. What is there is complete.

    Raises:
        OperatorError: `no_distribution`.
    """
    home = folder / version
    if not home.is_dir():
        with locked(folder / f"{version}.lock", patience=LONGEST_FETCH):
            if not home.is_dir():
                _install(version, home, listener)
    return Distribution(version, home)


def _install(version: str, home: Path, listener: Listener) -> None:
    """Unpack beside, then rename: a process that is killed leaves nothing that looks complete."""
    with tempfile.TemporaryDirectory(prefix=f".{version}-", dir=home.parent, ignore_cleanup_errors=True) as beside:
        unpacked = Path(beside) / "unpacked"
        local = maven_repository() / path_in_repository(version)
        if not (local.is_file() and _is_unpacked(local, version, unpacked, listener)):
            _fetch_and_unpack(version, Path(beside), unpacked, listener)
        unpacked.rename(home)


def _is_unpacked(local: Path, version: str, unpacked: Path, listener: Listener) -> bool:
    """Use what Maven or an earlier fetch has left; a download that was cut off isn't used, and isn't touched."""
    try:
        _check_and_unpack(version, local, unpacked, listener)
    except BadArchiveError as error:
        _log.warning("%s can't be used: %s", local, error)
        shutil.rmtree(unpacked, ignore_errors=True)
        return False
    return True


def _fetch_and_unpack(version: str, beside: Path, unpacked: Path, listener: Listener) -> None:
    archive = _fetch(version, beside / "repository", listener)
    try:
        _check_and_unpack(version, archive, unpacked, listener)
    except BadArchiveError as error:
        raise _unavailable(version, f"what Maven Central sent can't be used, {error}") from error


def _check_and_unpack(version: str, archive: Path, unpacked: Path, listener: Listener) -> None:
    listener.begins(f"unpacking Zeebe {version}, once")
    if version in DIGESTS:
        check_digest(archive, DIGESTS[version])
    unpack(archive, unpacked)
    if not (unpacked / "bin" / "broker").is_file():
        raise BadArchiveError("it has no `bin/broker`")


def _fetch(version: str, repository: Path, listener: Listener) -> Path:
    """Into a folder of its own: jgo takes a file that an interrupted download left for the whole."""
    from jgo.maven import MavenContext, PythonResolver

    listener.begins(f"fetching Zeebe {version} from Maven Central, once")
    resolver = PythonResolver(progress_callback=_bytes_to(listener))
    context = MavenContext(resolver=resolver, repo_cache=repository, timeout=ANSWER_TIMEOUT)
    component = context.project(GROUP, ARTIFACT).at_version(version)
    try:
        return component.artifact(packaging=PACKAGING).resolve()
    except RuntimeError as error:
        raise _unavailable(version, "Maven Central doesn't have it") from error
    except OSError as error:  # also whatever `requests` raises
        raise _unavailable(version, f"no answer from Maven Central, {type(error).__name__}") from error


def _bytes_to(listener: Listener) -> Callable[[str, int], AbstractContextManager[Callable[[int], None]]]:
    """Tell the listener how much of the file has arrived, in the way that jgo reports it."""

    @contextmanager
    def count(_file: str, total: int) -> Iterator[Callable[[int], None]]:
        done = 0

        def more(size: int) -> None:
            nonlocal done
            done += size
            listener.progress(done, total)

        yield more

    return count


def _unavailable(version: str, reason: str) -> OperatorError:
    return OperatorError(
        f"can't get Zeebe {version}: {reason}",
        code="no_distribution",
        hint=f"without a network, put the archive to `{maven_repository() / path_in_repository(version)}`",
    )


def path_in_repository(version: str) -> Path:
    """Where a Maven repository keeps the archive."""
    return Path(*GROUP.split("."), ARTIFACT, version, f"{ARTIFACT}-{version}.{PACKAGING}")


def maven_repository() -> Path:
    """The local Maven repository. It is only read."""
    given = os.environ.get("M2_REPO")
    return Path(given or os.path.expanduser("~/.m2/repository"))
