"""Reading text files."""

from __future__ import annotations

import gzip
import tracemalloc
from decimal import Decimal

import pytest
from workers.intake import detect_kind, read_text
from workers.intake.documents import MAX_CHARACTERS

from dmnroute import AgentFailure


def test_utf_8_is_read_with_full_confidence(call, sample, step):
    """Clean UTF-8 has the score 1, and no warnings."""
    text = call(read_text, path=sample("notice.txt"))
    assert (text.encoding, text.text_score, text.truncated, text.warnings) == ("utf-8", 1.0, False, [])
    assert text.text.startswith("Format: machine-readable notice\n")
    assert text.words == 52
    assert step.confidence == Decimal("1.0")


def test_what_is_not_utf_8_is_read_by_the_fallback_and_trusted_less(call, sample, step):
    """A Latin-1 letter is read, with a warning and a lower score."""
    text = call(read_text, path=sample("lettre-latin1.txt"))
    assert "La fenêtre de la\npetite maison du gardien a été réparée" in text.text
    assert (text.encoding, text.warnings) == ("cp1252", ["not UTF-8: read as cp1252"])
    assert step.confidence == Decimal("0.9")


def test_another_alphabet_is_not_taken_for_western_text(call, tmp_path, step):
    """Cyrillic text in KOI8-R decodes as cp1252 without an error; its score says that it is nonsense."""
    file = tmp_path / "letter.txt"
    file.write_bytes("Маяк снова светит, и лодки возвращаются домой.".encode("koi8-r"))
    assert call(read_text, path=str(file)).text_score < 0.1
    assert call(read_text, path=str(file), fallback="koi8-r").text.startswith("Маяк снова светит")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "utf-8-sig"])
def test_byte_order_marks_are_obeyed(call, tmp_path, encoding):
    """A file that says how it is encoded is read so."""
    file = tmp_path / "marked.txt"
    file.write_bytes("Grüße vom Leuchtturm\r\n".encode(encoding))
    assert call(read_text, path=str(file)).text == "Grüße vom Leuchtturm\n"


def test_gzipped_text_is_unpacked(call, tmp_path):
    """Documents of Debian are gzipped; their text is read all the same."""
    file = tmp_path / "changelog.gz"
    file.write_bytes(gzip.compress(b"gulls (1.0) unstable; urgency=low\n"))
    assert call(read_text, path=str(file)).text == "gulls (1.0) unstable; urgency=low\n"


def test_long_texts_are_cut_and_say_so(call, tmp_path):
    """At most so many characters become facts."""
    file = tmp_path / "long.txt"
    file.write_text("ä" * (MAX_CHARACTERS + 1))
    text = call(read_text, path=str(file))
    assert (len(text.text), text.truncated, text.warnings) == (100_000, True, ["cut after 100000 characters"])


def test_a_character_that_is_cut_in_two_is_no_sign_of_another_encoding(call, tmp_path):
    """The limit in bytes may fall into the middle of a character: the text is UTF-8 nevertheless."""
    file = tmp_path / "long.txt"
    file.write_bytes(b"x" + "😀".encode() * 150_000)
    assert call(read_text, path=str(file)).encoding == "utf-8"


def test_a_file_of_a_gigabyte_is_refused_without_being_read(call, tmp_path):
    """Only the beginning is looked at, whatever the size."""
    file = tmp_path / "huge.bin"
    with file.open("wb") as huge:
        huge.truncate(1 << 30)
    tracemalloc.start()
    try:
        assert call(detect_kind, path=str(file)).media == "unsupported"
        with pytest.raises(AgentFailure) as failure:
            call(read_text, path=str(file))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert failure.value.kind == "binary"
    assert peak < 10_000_000


def test_a_small_file_that_unpacks_to_a_gigabyte_is_cut(call, tmp_path):
    """Unpacking stops at the limit."""
    file = tmp_path / "bomb.gz"
    with gzip.open(file, "wb", compresslevel=9) as packed:
        for _ in range(100):
            packed.write(b"spam " * 200_000)
    tracemalloc.start()
    try:
        text = call(read_text, path=str(file))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (text.truncated, len(text.text)) == (True, MAX_CHARACTERS)
    assert peak < 10_000_000


@pytest.mark.parametrize(
    ("data", "kind"),
    [(b"\x00\x01\x02 not a text", "binary"), (bytes(range(1, 32)) * 4, "binary"), (b"\xff\xfe\x00", None)],
)
def test_bytes_that_are_no_text_are_refused(call, tmp_path, data, kind):
    """NUL bytes and many control characters are binary; half a character behind a byte order mark is a bad text."""
    file = tmp_path / "data"
    file.write_bytes(data)
    if kind is None:
        assert call(read_text, path=str(file)).text_score == 0.0
        return
    with pytest.raises(AgentFailure) as failure:
        call(read_text, path=str(file))
    assert failure.value.kind == kind


def test_an_empty_file_is_an_empty_text(call, sample):
    """Nothing to read is no failure: the tables decide what it means."""
    text = call(read_text, path=sample("empty.txt"))
    assert (text.text, text.words) == ("", 0)


def test_an_unknown_fallback_is_named(call, sample):
    """A table that names an encoding that doesn't exist hears of it."""
    with pytest.raises(AgentFailure, match="there is no encoding `klingon`"):
        call(read_text, path=sample("lettre-latin1.txt"), fallback="klingon")
