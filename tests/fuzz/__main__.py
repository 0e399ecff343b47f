"""Fuzz one target with coverage: `make fuzz`, or `python -m tests.fuzz expression --seconds 600`.

New inputs go to a folder outside of the repository (`--found`); what ends in an error of Python's own is kept there as
`crash-…`, and becomes a test by copying it into `tests/fuzz/corpus/`.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["dmnroute"]):
    from tests.fuzz.targets import TARGETS

CORPUS = Path(__file__).with_name("corpus")


def main() -> None:
    """Fuzz until the time is over, or something is found."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("target", choices=TARGETS)
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--found", type=Path, default=Path(tempfile.gettempdir()) / "dmnroute-fuzz")
    options = parser.parse_args()
    found = options.found / options.target
    found.mkdir(parents=True, exist_ok=True)
    arguments = [
        sys.argv[0],
        f"-max_total_time={options.seconds}",
        f"-artifact_prefix={found}/",
        "-timeout=20",
        "-rss_limit_mb=2048",
        "-max_len=400" if options.target != "xml" else "-max_len=4000",
        "-print_final_stats=1",
        f"-dict={CORPUS / 'feel.dict'}",
        str(found),
        str(CORPUS / options.target),
    ]
    atheris.Setup(arguments, TARGETS[options.target])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
