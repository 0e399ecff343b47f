"""A FEEL-heavy expression: filter, loop and aggregation over 100 items, against feelin (JavaScript)."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from benchmarks.measuring import median_microseconds, ratio, show
from dmnroute.feel import compile

TEXT = 'sum(for i in items[kind = "a" and price > limit] return i.price * i.quantity)'
FEELIN = "feelin@8"


def measure() -> None:
    """Time both; feelin needs node and npm, or $FEELIN: a folder with `node_modules/feelin`."""
    items = [{"price": n * 1.5, "quantity": n % 7, "kind": "b" if n % 3 == 0 else "a"} for n in range(1, 101)]
    context: dict[str, object] = {"items": items, "limit": 30}
    expression = compile(TEXT)
    ours = median_microseconds(expression.evaluate, [context] * 1_000)
    theirs = _feelin(context)
    if theirs is None:
        show("Filter and aggregation over 100 items", ("dmnroute, µs", "feelin, µs"), [(ours, "not measured: no npm")])
        return
    value, microseconds = theirs
    if float(expression.evaluate(context).value) != value:  # type: ignore[arg-type]  # a Decimal
        raise SystemExit(f"different results: dmnroute {expression.evaluate(context).value}, feelin {value}")
    head = ("dmnroute, µs", "feelin, µs (reads the text each time)", "feelin / dmnroute")
    show("Filter and aggregation over 100 items", head, [(ours, microseconds, ratio(microseconds, ours))])


def _feelin(context: dict[str, object]) -> tuple[float, float] | None:
    given = os.environ.get("FEELIN")
    if given:
        return _run(Path(given).resolve(), context)
    if shutil.which("npm") is None or shutil.which("node") is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        command = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", folder, FEELIN]
        if subprocess.run(command, capture_output=True, timeout=120, check=False).returncode:
            return None
        return _run(Path(folder), context)


def _run(folder: Path, context: dict[str, object]) -> tuple[float, float]:
    script = Path(__file__).with_name("feelin.mjs")
    command = ["node", str(script), str(folder), TEXT, json.dumps(context), "500"]
    answer = json.loads(subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout)
    return float(answer["value"]), float(answer["microseconds"])
