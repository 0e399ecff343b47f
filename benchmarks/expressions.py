"""A FEEL-heavy expression: filter, loop and aggregation over 100 items, against feelin (JavaScript) and feel-scala."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from benchmarks import camunda
from benchmarks.camunda import Measured
from benchmarks.comparing import compare
from benchmarks.measuring import median_microseconds, ratio, show
from benchmarks.targets import Target
from dmnroute.feel import compile

TEXT = 'sum(for i in items[kind = "a" and price > limit] return i.price * i.quantity)'
FEELIN = "feelin@8"


def measure() -> list[Target]:
    """Time all; feelin needs node and npm, or $FEELIN: a folder with `node_modules/feelin`."""
    items = [{"price": n * 1.5, "quantity": n % 7, "kind": "b" if n % 3 == 0 else "a"} for n in range(1, 101)]
    context: dict[str, object] = {"items": items, "limit": 30}
    expression = compile(TEXT)
    ours = median_microseconds(expression.evaluate, [context] * 1_000)
    rows: list[tuple[object, ...]] = [("dmnroute", ours, "")]
    others = {
        "feelin (reads the text each time)": _feelin(context),
        f"feel-scala of Zeebe {camunda.VERSION}": camunda.expression(TEXT, [context] * 1_000),
    }
    for name, theirs in others.items():
        if theirs is None:
            rows.append((name, "not measured", ""))
            continue
        compare(name, [context], [expression.evaluate(context).value], theirs.values)
        rows.append((name, theirs.microseconds, ratio(theirs.microseconds, ours)))
    show("Filter and aggregation over 100 items", ("engine", "µs", "÷ dmnroute"), rows)
    return []


def _feelin(context: dict[str, object]) -> Measured | None:
    given = os.environ.get("FEELIN")
    if given:
        return _run(Path(given).resolve(), context)
    if shutil.which("npm") is None or shutil.which("node") is None:
        print("\nfeelin isn't measured: there is no npm")
        return None
    with tempfile.TemporaryDirectory() as folder:
        command = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", folder, FEELIN]
        if subprocess.run(command, capture_output=True, timeout=120, check=False).returncode:
            print(f"\nfeelin isn't measured: npm can't install {FEELIN}")
            return None
        return _run(Path(folder), context)


def _run(folder: Path, context: dict[str, object]) -> Measured:
    script = Path(__file__).with_name("feelin.mjs")
    command = ["node", str(script), str(folder), TEXT, json.dumps(context), "500"]
    answer = json.loads(subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout)
    return Measured([answer["value"]], float(answer["microseconds"]))
