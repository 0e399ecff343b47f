"""The package as a whole: what importing it costs, and how its models are loaded."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from threading import Barrier

from workers.intake import detect_language, read_pdf
from workers.intake.documents import Document, Passage
from workers.intake.once import once

from dmnroute.testing import step_for

ROOT = Path(__file__).parents[2]

MODELS = ("magika", "numpy", "onnxruntime", "PIL", "profanity_check", "py3langid", "pypdfium2", "rapidocr", "sklearn")


def test_importing_the_agents_loads_no_model():
    """Models are loaded at their first use: listing agents or checking tables doesn't wait for them."""
    code = f"import sys, workers.intake; print([name for name in {MODELS} if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout == "[]\n"


def test_a_model_is_loaded_once_however_many_ask():
    """Threads that ask at the same moment wait for one loading."""
    loads: list[int] = []

    @once
    def model() -> object:
        loads.append(1)
        return object()

    start = Barrier(8)

    def ask(_: int) -> object:
        start.wait()
        return model()

    with ThreadPoolExecutor(8) as threads:
        assert len(set(threads.map(ask, range(8)))) == 1
    assert loads == [1]


def test_agents_may_run_side_by_side(call, sample):
    """Eight documents at once are read as one after another; PDFium and the models are entered in turn."""
    text = call(read_pdf, path=sample("invoice.pdf")).text
    language = call(detect_language, text=text).language

    def taken_in(_: int) -> tuple[str, str]:
        found = read_pdf(Document(path=sample("invoice.pdf")), step_for("read_pdf"))
        return found.text, detect_language(Passage(text=found.text), step_for("detect_language")).language

    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(taken_in, range(40))) == {(text, language)}


def test_the_samples_are_made_the_same_every_time(tmp_path):
    """Drawing is seeded: two runs write the same bytes."""
    spec = spec_from_file_location("make", ROOT / "workers" / "intake" / "samples" / "make.py")
    assert spec is not None
    assert spec.loader is not None
    make = module_from_spec(spec)
    spec.loader.exec_module(make)
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        make.main(tmp_path / name)
    one, two = ({file.name: file.read_bytes() for file in (tmp_path / name).iterdir()} for name in ("one", "two"))
    assert set(one) == {"faded-letter.pdf", "invoice.pdf", "scanned-notice.png", "small-print.pdf"}
    assert one == two
