"""Deploy the generic process, and the forms of a project."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import simplejson

from dmnroute.agents.camunda_form import any_answer, camunda_form
from dmnroute.routing.canonical import plain
from dmnroute.routing.forms import FormSpec
from dmnroute.zeebe.contract import ANY_FORM, PROCESS
from dmnroute.zeebe.gateway import Gateway
from dmnroute.zeebe.wire import form_id

PACKAGE = Path(__file__).parents[1]


def process_file() -> Path:
    """`agent-run.bpmn`: inside an installed package, or at the top of a checkout."""
    installed = PACKAGE / "shipped" / "bpmn" / f"{PROCESS}.bpmn"
    return installed if installed.is_file() else PACKAGE.parents[1] / "bpmn" / f"{PROCESS}.bpmn"


async def deploy_process(gateway: Gateway) -> None:
    """Deploy the process; the broker makes a new version only when it changed, and open runs stay on theirs."""
    file = process_file()
    await gateway.deploy(file.name, file.read_bytes())
    await deploy_form(gateway, any_answer(id=ANY_FORM))


async def deploy_forms(gateway: Gateway, forms: Iterable[FormSpec]) -> None:
    """Deploy forms, before a question names them: without its form the broker gives no task to people."""
    for form in forms:
        await deploy_form(gateway, camunda_form(form, id=form_id(form.name)))


async def deploy_form(gateway: Gateway, form: Mapping[str, Any]) -> None:
    """Deploy a Camunda form; the broker makes a new version only of what changed."""
    content = simplejson.dumps(plain(form), use_decimal=True, ensure_ascii=False)
    await gateway.deploy(f"{form['id']}.form", content.encode())
