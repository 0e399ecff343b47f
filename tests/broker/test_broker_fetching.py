"""What happens when Zeebe has to be fetched, with a Maven repository of our own."""

from __future__ import annotations

import gc
import io
import tarfile
import threading
import warnings
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from dmnroute.errors import OperatorError
from dmnroute.zeebe.broker.distribution import get_distribution, path_in_repository
from dmnroute.zeebe.broker.listening import Silence

VERSION = "8.5.99"


class Quiet(SimpleHTTPRequestHandler):
    """Serves files without a word."""

    def log_message(self, format: str, *args: object) -> None:
        """Not on the screen of the tests."""


@pytest.fixture
def central(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of a repository that takes the place of Maven Central."""
    import jgo.maven._core

    folder = tmp_path / "central"
    folder.mkdir()
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setattr(jgo.maven._core, "DEFAULT_REMOTE_REPOS", {"central": url})
    monkeypatch.setenv("M2_REPO", str(tmp_path / "m2"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    yield folder
    server.shutdown()
    thread.join()
    server.server_close()


def publish(repository: Path, content: bytes) -> Path:
    file = repository / path_in_repository(VERSION)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    return file


def distribution() -> bytes:
    """A tar.gz with a start script."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        script = b"exec java io.camunda.application.StandaloneBroker"
        info = tarfile.TarInfo(f"camunda-zeebe-{VERSION}/bin/broker")
        info.size = len(script)
        tar.addfile(info, io.BytesIO(script))
    return packed.getvalue()


class Heard:
    """Remembers what it was told."""

    def __init__(self) -> None:
        self.steps: list[str] = []
        self.arrived: list[tuple[int, int]] = []

    def begins(self, step: str) -> None:
        self.steps.append(step)

    def progress(self, done: int, total: int) -> None:
        self.arrived.append((done, total))


def test_it_is_fetched_unpacked_and_told(central: Path, tmp_path: Path) -> None:
    """The archive isn't kept: only what was unpacked."""
    size = publish(central, distribution()).stat().st_size
    heard = Heard()
    found = get_distribution(VERSION, folder=tmp_path / "cache", listener=heard)
    assert found.main_class == "io.camunda.application.StandaloneBroker"
    assert heard.steps == [f"fetching Zeebe {VERSION} from Maven Central, once", f"unpacking Zeebe {VERSION}, once"]
    assert heard.arrived[-1] == (size, size)
    assert sorted(path.name for path in (tmp_path / "cache").iterdir()) == [VERSION, f"{VERSION}.lock"]
    assert not (tmp_path / "m2").exists()


def test_a_broken_file_in_the_local_repository_is_passed_over(
    central: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """An interrupted download leaves one; it is neither used nor touched."""
    whole = distribution()
    publish(central, whole)
    broken = publish(tmp_path / "m2", whole[: len(whole) // 2])
    get_distribution(VERSION, folder=tmp_path / "cache", listener=Silence())
    assert caplog.messages == [f"{broken} can't be used: it is cut off or damaged"]
    assert broken.stat().st_size == len(whole) // 2


def refused(tmp_path: Path) -> str:
    """The message of the refusal; the rest of the error is the same each time."""
    with pytest.raises(OperatorError) as caught:
        get_distribution(VERSION, folder=tmp_path / "cache", listener=Silence())
    assert caught.value.code == "no_distribution"
    assert [path.name for path in (tmp_path / "cache").iterdir()] == [f"{VERSION}.lock"]
    place = tmp_path / "m2" / path_in_repository(VERSION)
    assert caught.value.hint == f"without a network, put the archive to `{place}`"
    return caught.value.message


def test_a_release_that_is_not_there_is_told(central: Path, tmp_path: Path) -> None:
    """Nothing is left of the attempt."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # jgo leaves the refused answer open
        assert refused(tmp_path) == f"can't get Zeebe {VERSION}: Maven Central doesn't have it"
        gc.collect()


def test_what_is_no_archive_is_told(central: Path, tmp_path: Path) -> None:
    """As the page of a proxy that wants a password."""
    publish(central, b"<html>Please log in</html>")
    expected = f"can't get Zeebe {VERSION}: what Maven Central sent can't be used, it is cut off or damaged"
    assert refused(tmp_path) == expected


def test_no_network_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the way to do without."""
    import jgo.maven._core

    monkeypatch.setattr(jgo.maven._core, "DEFAULT_REMOTE_REPOS", {"central": "http://127.0.0.1:9"})
    monkeypatch.setenv("M2_REPO", str(tmp_path / "m2"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    expected = f"can't get Zeebe {VERSION}: no answer from Maven Central, ConnectionError"
    assert refused(tmp_path) == expected
