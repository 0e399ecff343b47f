"""Camunda's dmn-scala and feel-scala, on a JVM of their own; the jars are those that `make differential` asks."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.differential.oracle import VERSION, NoCamundaError, jars, java

from benchmarks.tables import Context

PROGRAM = Path(__file__).with_name("CamundaPeer.java")
WARM_SECONDS = 3
NAME = f"dmn-scala of Zeebe {VERSION}"


@dataclass(frozen=True, slots=True)
class Measured:
    """What the other side answered, and the median time of one evaluation."""

    values: list[object]
    microseconds: float


def decision(dmn: str, name: str, contexts: list[Context]) -> Measured | None:
    """Evaluate a decision; null, and a line that says why, where the engine isn't there."""
    return _ask({"dmn": dmn, "decision": name, "contexts": contexts})


def expression(text: str, contexts: list[Context]) -> Measured | None:
    """Evaluate an expression that was parsed once."""
    return _ask({"feel": text, "contexts": contexts})


def _ask(request: dict[str, object]) -> Measured | None:
    try:
        command = [str(java()), "-Xmx1g", "-cp", os.pathsep.join(map(str, jars())), str(PROGRAM)]
    except NoCamundaError as error:
        print(f"\nCamunda's engines aren't measured: {error}")
        return None
    given = json.dumps({**request, "warm": WARM_SECONDS})
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=False, timeout=300)
    if done.returncode:
        raise SystemExit(f"Camunda's engine failed:\n{done.stderr}")
    return Measured(**json.loads(done.stdout))
