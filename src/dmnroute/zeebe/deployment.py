"""Deploy the generic process."""

from __future__ import annotations

from pathlib import Path

from dmnroute.zeebe.contract import PROCESS
from dmnroute.zeebe.gateway import Gateway

PACKAGE = Path(__file__).parents[1]


def process_file() -> Path:
    """`agent-run.bpmn`: inside an installed package, or at the top of a checkout."""
    installed = PACKAGE / "shipped" / "bpmn" / f"{PROCESS}.bpmn"
    return installed if installed.is_file() else PACKAGE.parents[1] / "bpmn" / f"{PROCESS}.bpmn"


async def deploy_process(gateway: Gateway) -> None:
    """Deploy the process; the broker makes a new version only when it changed, and open runs stay on theirs."""
    file = process_file()
    await gateway.deploy(file.name, file.read_bytes())
