"""A real broker decides drawn tables as the Camunda dialect does; values pass through JSON on both sides."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import grpc
import pytest
from pyzeebe.proto import gateway_pb2, gateway_pb2_grpc
from tests.differential.__main__ import drawn
from tests.differential.compare import NOW
from tests.differential.oracle import Question

from dmnroute.dmn import load
from dmnroute.errors import TableError
from dmnroute.feel.values import from_python, to_json
from dmnroute.zeebe.broker import RunningBroker

TABLES = int(os.environ.get("DMNROUTE_TABLES", "50"))
"""Each is decided about four times."""
AT_ONCE = 25
"""Tables of one deployment: larger ones don't fit into a message."""


@pytest.fixture
def gateway(broker: RunningBroker) -> Iterator[Any]:
    """The broker's gRPC API."""
    with grpc.insecure_channel(broker.grpc_address) as channel:
        yield gateway_pb2_grpc.GatewayStub(channel)


def _with_ids(questions: list[Question]) -> list[Question]:
    """Each table as a decision of its own."""
    numbers = {text: number for number, text in enumerate(dict.fromkeys(question["text"] for question in questions))}
    made = []
    for question in questions:
        name = f"table_{numbers[question['text']]}"
        text = question["text"].replace('id="route"', f'id="{name}"').replace('id="m"', f'id="m_{name}"')
        made.append({**question, "text": text, "decision": name})
    return made


def _deploy(gateway: Any, questions: list[Question]) -> None:
    texts = {question["decision"]: question["text"] for question in questions}
    resources = [gateway_pb2.Resource(name=f"{name}.dmn", content=text.encode()) for name, text in texts.items()]
    for start in range(0, len(resources), AT_ONCE):
        gateway.DeployResource(gateway_pb2.DeployResourceRequest(resources=resources[start : start + AT_ONCE]))


def _theirs(gateway: Any, question: Question) -> Any:
    request = gateway_pb2.EvaluateDecisionRequest(
        decisionId=question["decision"], variables=json.dumps(question["context"])
    )
    answer = gateway.EvaluateDecision(request)
    return "failed" if answer.failureMessage else _as_floats(json.loads(answer.decisionOutput))


def _ours(question: Question) -> Any:
    try:
        value = load(question["text"], dialect="camunda").evaluate(question["decision"], question["context"], now=NOW)
    except TableError:
        return "failed"
    return _as_floats(to_json(from_python(value.value)))


def _as_floats(value: Any) -> Any:
    """The broker gives all numbers as doubles."""
    if isinstance(value, list):
        return [_as_floats(item) for item in value]
    if isinstance(value, dict):
        return {key: _as_floats(item) for key, item in value.items()}
    return float(value) if isinstance(value, (int, Decimal)) and not isinstance(value, bool) else value


def test_a_broker_decides_the_same(gateway: Any):
    """Some hundred decisions of drawn tables, without a difference."""
    questions = _with_ids(drawn("table", TABLES, 77))
    _deploy(gateway, questions)
    assert len(questions) > 100
    different = [
        (question["text"], question["context"], ours, theirs)
        for question in questions
        if (ours := _ours(question)) != (theirs := _theirs(gateway, question))
    ]
    assert different == []
