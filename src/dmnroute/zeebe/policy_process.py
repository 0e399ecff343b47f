"""A copy of `agent-run` under a policy's own id and name, so that Operate tells policies apart."""

from __future__ import annotations

import hashlib
import re
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from dmnroute.routing.canonical import dumps
from dmnroute.zeebe.contract import PROCESS, START_MESSAGE
from dmnroute.zeebe.deployment import process_file
from dmnroute.zeebe.gateway import Gateway

_BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
_DI = "http://www.omg.org/spec/BPMN/20100524/DI"
_ZEEBE = "http://camunda.org/schema/zeebe/1.0"
_PREFIXES = {
    "bpmn": _BPMN,
    "bpmndi": _DI,
    "dc": "http://www.omg.org/spec/DD/20100524/DC",
    "di": "http://www.omg.org/spec/DD/20100524/DI",
    "zeebe": _ZEEBE,
    "modeler": "http://camunda.org/schema/modeler/1.0",
    "xsi": "http://www.w3.org/2001/XMLSchema-instance",
}


def process_id(policy: str) -> str:
    """``agent-run-intake``; a name with signs that no id may have gets a digest, so that no two have the same."""
    plain = re.sub(r"[^A-Za-z0-9_.-]", "_", policy)
    told = plain if plain == policy else f"{plain}-{hashlib.sha256(policy.encode()).hexdigest()[:8]}"
    return f"{PROCESS}-{told}"


def start_message(policy: str) -> str:
    """The message that starts a run in the policy's own process: ``dmnroute.start.intake``."""
    return f"{START_MESSAGE}.{policy}"


def policy_process(policy: str) -> bytes:
    """The process: whoever starts it starts a run of the policy, and needs no variable `policy`.

    The broker starts every process that waits for a message, so the copy has a message of its own.
    """
    for prefix, uri in _PREFIXES.items():
        ElementTree.register_namespace(prefix, uri)
    root = ElementTree.parse(process_file()).getroot()
    own = process_id(policy)
    process = _one(root, f"{{{_BPMN}}}process")
    process.set("id", own)
    process.set("name", policy)
    _one(root, f"{{{_DI}}}BPMNDiagram/{{{_DI}}}BPMNPlane").set("bpmnElement", own)
    root.set("id", f"{own}-definitions")
    for message in root.findall(f"{{{_BPMN}}}message[@name='{START_MESSAGE}']"):
        message.set("name", start_message(policy))
    for mapping in process.findall(f"{{{_BPMN}}}startEvent/{{{_BPMN}}}extensionElements/{{{_ZEEBE}}}ioMapping"):
        ElementTree.SubElement(mapping, f"{{{_ZEEBE}}}output", source=f"={dumps(policy)}", target="policy")
    return bytes(ElementTree.tostring(root, encoding="UTF-8", xml_declaration=True))


async def deploy_policy_process(gateway: Gateway, policy: str) -> str:
    """Deploy it, and answer its id; the broker makes a new version only when it changed."""
    own = process_id(policy)
    await gateway.deploy(f"{own}.bpmn", policy_process(policy))
    return own


def _one(root: Element, path: str) -> Element:
    found = root.find(path)
    assert found is not None, path
    return found
