"""Reading PDF files and pictures."""

from __future__ import annotations

import gzip
import random
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pytest
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas
from workers.intake import ocr, read_pdf
from workers.intake.documents import MAX_BYTES, MAX_CHARACTERS

from dmnroute import AgentFailure

pytest.importorskip("pypdfium2", reason="install the extra demo")


def pdf(path: Path, *pages: str, **options: object) -> str:
    """Write a PDF file with these texts."""
    canvas = Canvas(str(path), invariant=True, **options)
    for page in pages:
        for number, line in enumerate(page.splitlines()):
            canvas.drawString(40, 800 - 14 * number, line)
        canvas.showPage()
    canvas.save()
    return str(path)


def test_the_text_layer_is_read(call, sample, step):
    """An invoice with a text layer needs no recognition."""
    text = call(read_pdf, path=sample("invoice.pdf"))
    assert (text.pages, text.empty_pages, text.truncated) == (1, [], False)
    assert "Invoice no. 2026-0417\nDate: 12 March 2026\n" in text.text
    assert step.confidence == Decimal("1.0")
    assert step.metrics == {"pages": 1, "empty_pages": 0}


def test_pages_without_text_are_numbered_and_lower_the_confidence(call, tmp_path, step):
    """A page number alone is no text layer."""
    long = "The lamp of the second tower has been dark since Monday."
    text = call(read_pdf, path=pdf(tmp_path / "a.pdf", long, "2", long, "4"))
    assert (text.pages, text.empty_pages) == (4, [2, 4])
    assert step.confidence == Decimal("0.5")


def test_gzipped_files_are_unpacked(call, sample, tmp_path):
    """Manuals of Debian are gzipped PDF files."""
    file = tmp_path / "invoice.pdf.gz"
    file.write_bytes(gzip.compress(Path(sample("invoice.pdf")).read_bytes()))
    assert call(read_pdf, path=str(file)).words == 57


def test_progress_is_told_by_page(call, tmp_path, step):
    """Long work says how far it is."""
    call(read_pdf, path=pdf(tmp_path / "a.pdf", "one", "two"))
    assert step.progressed == [("page 1 of 2", Decimal("0.5")), ("page 2 of 2", Decimal("1.0"))]


def test_long_documents_are_cut(call, tmp_path):
    """Reading stops once there is enough text, and says so."""
    page = "\n".join("word " * 20 for _ in range(55))
    text = call(read_pdf, path=pdf(tmp_path / "a.pdf", *[page] * 30))
    assert (len(text.text), text.truncated, text.pages) == (MAX_CHARACTERS, True, 30)
    assert text.warnings == ["read 19 of 30 pages"]


def test_an_encrypted_file_needs_a_person(call, tmp_path):
    """A password is something that people may know: a kind of its own."""
    file = pdf(tmp_path / "a.pdf", "secret", encrypt=StandardEncryption("open", "own"))
    with pytest.raises(AgentFailure, match="the PDF file needs a password") as failure:
        call(read_pdf, path=file)
    assert failure.value.kind == "encrypted"


def test_damaged_files_are_corrupt(call, sample, tmp_path):
    """Cut files, files of noise and files without pages end in a named failure."""
    noise = random.Random(3).randbytes(2000)
    whole = Path(sample("invoice.pdf")).read_bytes()
    for name, data in {"cut": whole[:300], "noise": b"%PDF-1.7\n" + noise, "head": b"%PDF-1.4"}.items():
        file = tmp_path / f"{name}.pdf"
        file.write_bytes(data)
        with pytest.raises(AgentFailure) as failure:
            call(read_pdf, path=str(file))
        assert failure.value.kind == "corrupt"


@pytest.mark.parametrize("agent", [read_pdf, ocr], ids=lambda agent: agent.name)
def test_files_above_the_limit_are_not_opened(call, tmp_path, agent):
    """A gigabyte that calls itself a PDF file or a picture is refused by its size."""
    file = tmp_path / "huge.pdf"
    with file.open("wb") as huge:
        huge.write(b"%PDF-1.7\n")
        huge.truncate(1 << 30)
    with pytest.raises(AgentFailure, match=f"1073741824 bytes, at most {MAX_BYTES} are opened"):
        call(agent, path=str(file))


class TestOcr:
    """Recognition; the models are loaded once."""

    def test_a_clean_picture_is_read_to_the_letter(self, call, sample, step):
        """All lines of a clean scan come out right, with a high worst score."""
        text = call(ocr, path=sample("scanned-notice.png"))
        assert text.text.splitlines() == [
            "Tide Tables for Small Harbours",
            "Copyright 2019-2024 Marian Kittiwake",
            "Copyright 2022 Harbour Mapping Foundation",
            "License: CC-BY-4.0",
            "First printed on 3 May 2019.",
            "Corrections to tides@harbour.example",
        ]
        assert text.ocr_score > 0.92
        assert step.metrics["lines"] == 6

    def test_the_worst_line_is_the_confidence(self, call, sample, step):
        """On a faded scan the mean looks better than it is; the minimum tells."""
        text = call(ocr, path=sample("faded-letter.pdf"), media="pdf", empty_pages=[1])
        assert step.confidence == Decimal(repr(text.ocr_score))
        assert text.ocr_score < 0.92 < step.metrics["mean_score"]

    def test_small_print_is_read_better_when_it_is_drawn_larger(self, call, sample):
        """The resolution is a parameter that tables set."""
        small = call(ocr, path=sample("small-print.pdf"), media="pdf", empty_pages=[1], dpi=100)
        large = call(ocr, path=sample("small-print.pdf"), media="pdf", empty_pages=[1], dpi=250)
        assert small.ocr_score < 0.92 < large.ocr_score
        assert "Copyright 2025 Isolde Sanderling" in large.text
        assert "Copyright 2025 Isolde Sanderling" not in small.text

    def test_a_reading_that_lost_lines_is_trusted_less(self, call, sample):
        """Six lines where twelve were found before is half as good."""
        once = call(ocr, path=sample("scanned-notice.png"))
        again = call(ocr, path=sample("scanned-notice.png"), ocr_lines=2 * once.ocr_lines)
        assert again.ocr_score == pytest.approx(once.ocr_score / 2, abs=1e-4)

    def test_only_the_pages_without_text_are_read(self, call, tmp_path):
        """The text of the other pages stays, each page in its place; pages above the limit are told."""
        file = pdf(tmp_path / "a.pdf", "a first page", "SECOND PAGE\nof this book", "a third", "FOURTH PAGE")
        text = call(ocr, path=file, media="pdf", empty_pages=[2, 4], text="one\f\fthree\f", max_pages=1)
        assert text.text == "one\fSECOND PAGE\nof this book\fthree\f"
        assert (text.truncated, text.warnings) == (True, ["1 scanned pages were not read"])

    def test_a_picture_without_text_has_no_lines(self, call, tmp_path):
        """Nothing recognised is an answer, with the score 0."""
        from PIL import Image

        Image.new("RGB", (200, 200), "white").save(tmp_path / "white.png")
        text = call(ocr, path=str(tmp_path / "white.png"))
        assert (text.text, text.ocr_lines, text.ocr_score, text.words) == ("", 0, 0.0, 0)

    def test_a_tiny_picture_is_no_crash(self, call, tmp_path):
        """One pixel is read like any other picture."""
        from PIL import Image

        Image.new("RGB", (1, 1), "black").save(tmp_path / "dot.png")
        assert call(ocr, path=str(tmp_path / "dot.png")).ocr_lines == 0

    def test_damaged_pictures_are_corrupt(self, call, sample, tmp_path):
        """A cut picture and a picture of noise end in a named failure."""
        whole = Path(sample("scanned-notice.png")).read_bytes()
        for name, data in {"cut": whole[:2000], "noise": b"\x89PNG\r\n\x1a\n" + b"noise" * 50}.items():
            (tmp_path / name).write_bytes(data)
            with pytest.raises(AgentFailure, match="the picture is damaged") as failure:
                call(ocr, path=str(tmp_path / name))
            assert failure.value.kind == "corrupt"

    def test_a_picture_with_too_many_pixels_is_not_unpacked(self, call, tmp_path):
        """A small file that claims to be a huge picture is refused by its header."""
        from PIL import Image

        packed = BytesIO()
        Image.new("1", (20_000, 3_000)).save(packed, "PNG")
        (tmp_path / "huge.png").write_bytes(packed.getvalue())
        with pytest.raises(AgentFailure, match="20000 × 3000 pixels") as failure:
            call(ocr, path=str(tmp_path / "huge.png"))
        assert failure.value.kind == "too_large"
