"""What kind of file a document is."""

from __future__ import annotations

import gzip
from decimal import Decimal

import pytest
from workers.intake import detect_kind, sniff_kind

from dmnroute import AgentFailure

SAMPLES = [
    ("notice.txt", "text", "txt"),
    ("invoice.pdf", "pdf", "pdf"),
    ("scanned-notice.png", "image", "png"),
    ("lettre-latin1.txt", "text", "txt"),
    ("empty.txt", "empty", "empty"),
]


@pytest.mark.parametrize("agent", [detect_kind, sniff_kind], ids=lambda agent: agent.name)
@pytest.mark.parametrize(("name", "media", "kind"), SAMPLES)
def test_both_detectors_agree_on_the_samples(call, sample, agent, name, media, kind):
    """The model and its stand-in name the same reader and kind for every sort of sample."""
    found = call(agent, path=sample(name))
    assert (found.media, found.kind) == (media, kind)


def test_the_score_of_the_model_is_the_confidence(call, sample, step):
    """What the model says of itself is reported, and is a fact that tables can read."""
    found = call(detect_kind, path=sample("notice.txt"))
    assert step.confidence == Decimal(repr(found.kind_score))
    assert 0.2 < found.kind_score < 0.5


def test_a_stand_in_is_less_sure_than_the_model(call, sample, step):
    """The first bytes tell a PDF file, but never with certainty."""
    call(sniff_kind, path=sample("invoice.pdf"))
    assert step.confidence == Decimal("0.9")


def test_gzipped_files_are_what_is_inside(call, tmp_path):
    """The kind of a .gz file is that of its contents."""
    file = tmp_path / "notes.txt.gz"
    file.write_bytes(gzip.compress(b"The lamp of the second tower has been dark since Monday.\n" * 20))
    for agent in (detect_kind, sniff_kind):
        found = call(agent, path=str(file))
        assert (found.media, found.packed, found.size) == ("text", True, file.stat().st_size)


@pytest.mark.parametrize("agent", [detect_kind, sniff_kind], ids=lambda agent: agent.name)
def test_random_bytes_have_no_reader(call, tmp_path, agent):
    """Bytes without sense are unsupported, not an error."""
    file = tmp_path / "noise"
    file.write_bytes(bytes((index * index * 31 + index // 7) % 256 for index in range(5000)))
    assert call(agent, path=str(file)).media == "unsupported"


@pytest.mark.parametrize("agent", [detect_kind, sniff_kind], ids=lambda agent: agent.name)
def test_files_that_are_not_there_are_named(call, tmp_path, agent):
    """A missing file, a folder and a device are failures that tables can route on."""
    with pytest.raises(AgentFailure, match="there is no file") as missing:
        call(agent, path=str(tmp_path / "nothing"))
    with pytest.raises(AgentFailure, match="is not a regular file") as folder:
        call(agent, path=str(tmp_path))
    with pytest.raises(AgentFailure, match="is not a regular file") as device:
        call(agent, path="/dev/zero")
    assert [failure.value.kind for failure in (missing, folder, device)] == ["missing", "unreadable", "unreadable"]


def test_a_path_that_no_system_takes_is_unreadable(call):
    """A NUL byte in a path is a failure, not a crash."""
    with pytest.raises(AgentFailure) as failure:
        call(sniff_kind, path="a\0b")
    assert failure.value.kind == "unreadable"


def test_a_damaged_gzip_file_is_corrupt(call, tmp_path):
    """A cut gzip file says so."""
    file = tmp_path / "cut.gz"
    file.write_bytes(gzip.compress(b"words " * 1000)[:30])
    with pytest.raises(AgentFailure, match="the gzip file is damaged") as failure:
        call(detect_kind, path=str(file))
    assert failure.value.kind == "corrupt"


@pytest.mark.parametrize(
    ("head", "kind", "media"),
    [
        (b"%PDF-1.7\n", "pdf", "pdf"),
        (b"\xff\xd8\xff\xe0", "jpeg", "image"),
        (b"GIF89a", "gif", "image"),
        (b"RIFF\0\0\0\0WEBP", "webp", "image"),
        (b"PK\x03\x04", "zip", "unsupported"),
        (b"\x7fELF\x02", "elf", "unsupported"),
        ("Fenêtre\n".encode("utf-16"), "txt", "text"),
        ("Fenêtre\n".encode(), "txt", "text"),
    ],
)
def test_first_bytes_tell_the_kind(call, tmp_path, head, kind, media):
    """Without a model, magic numbers decide; what has none and reads well is text."""
    file = tmp_path / "file.log"
    file.write_bytes(head)
    found = call(sniff_kind, path=str(file))
    assert (found.kind, found.media) == (kind, media)
