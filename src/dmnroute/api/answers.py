"""What has become of a deployment, in the shapes of Camunda's API."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from pyzeebe.proto import gateway_pb2 as pb

from dmnroute.publishing.deploying import Deployed, DeployedTable
from dmnroute.routing.records.policy_change import DEFAULT_TENANT

CAMUNDAS_DEFAULT = "<default>"
"""What Camunda calls the tenant of those that have none."""


def tenant_of(given: str | None) -> str:
    """Our name of the tenant that a client names."""
    return DEFAULT_TENANT if not given or given == CAMUNDAS_DEFAULT else given


def message(deployed: Deployed) -> pb.DeployResourceResponse:
    """The answer over gRPC: what the broker said of its part, and each table with its decisions.

    A decision's version is that of its policy. Keys are made of names and versions, so that the same deployment has the
    same keys; they are small enough for JavaScript.
    """
    made = [entry for table in deployed.tables for entry in _entries(table, _tenant(deployed))]
    if deployed.passed_on is not None:
        made += deployed.passed_on.deployments
        return pb.DeployResourceResponse(
            key=deployed.passed_on.key, deployments=made, tenantId=deployed.passed_on.tenantId
        )
    parts = [f"{table.publication.policy}:{table.publication.version}" for table in deployed.tables]
    return pb.DeployResourceResponse(key=_key("deployment", *parts), deployments=made, tenantId=_tenant(deployed))


def document(deployed: Deployed) -> dict[str, Any]:
    """The answer over HTTP; keys are texts, as since Camunda 8.8. `policies` is ours: clients pass over it."""
    answer = message(deployed)
    return {
        "deploymentKey": str(answer.key),
        "tenantId": answer.tenantId,
        "deployments": [_entry_document(entry) for entry in answer.deployments],
        "policies": [_policy_document(table) for table in deployed.tables],
    }


def _entries(table: DeployedTable, tenant: str) -> Iterator[pb.Deployment]:
    policy, version = table.publication.policy, table.publication.version
    assert version is not None  # a refused table is no part of a deployment
    definitions = table.model.definitions
    requirements = definitions.id or policy
    key = _key("requirements", policy, version)
    for decision in table.model.decisions.values():
        name = decision.id or decision.name
        yield pb.Deployment(
            decision=pb.DecisionMetadata(
                dmnDecisionId=name,
                dmnDecisionName=decision.name,
                version=version,
                decisionKey=_key("decision", policy, version, name),
                dmnDecisionRequirementsId=requirements,
                decisionRequirementsKey=key,
                tenantId=tenant,
            )
        )
    yield pb.Deployment(
        decisionRequirements=pb.DecisionRequirementsMetadata(
            dmnDecisionRequirementsId=requirements,
            dmnDecisionRequirementsName=definitions.name or policy,
            version=version,
            decisionRequirementsKey=key,
            resourceName=table.file,
            tenantId=tenant,
        )
    )


def _tenant(deployed: Deployed) -> str:
    return CAMUNDAS_DEFAULT if deployed.tenant == DEFAULT_TENANT else deployed.tenant


def _key(*parts: object) -> int:
    digest = hashlib.sha256("\0".join(map(str, parts)).encode()).digest()
    return int.from_bytes(digest[:8]) % (2**53 - 1) + 1


def _entry_document(entry: pb.Deployment) -> dict[str, Any]:
    if entry.HasField("process"):
        process = entry.process
        return {
            "processDefinition": {
                "processDefinitionId": process.bpmnProcessId,
                "processDefinitionVersion": process.version,
                "processDefinitionKey": str(process.processDefinitionKey),
                "resourceName": process.resourceName,
                "tenantId": process.tenantId,
            }
        }
    if entry.HasField("decision"):
        decision = entry.decision
        return {
            "decisionDefinition": {
                "decisionDefinitionId": decision.dmnDecisionId,
                "name": decision.dmnDecisionName,
                "version": decision.version,
                "decisionDefinitionKey": str(decision.decisionKey),
                "decisionRequirementsId": decision.dmnDecisionRequirementsId,
                "decisionRequirementsKey": str(decision.decisionRequirementsKey),
                "tenantId": decision.tenantId,
            }
        }
    if entry.HasField("decisionRequirements"):
        requirements = entry.decisionRequirements
        return {
            "decisionRequirements": {
                "decisionRequirementsId": requirements.dmnDecisionRequirementsId,
                "decisionRequirementsName": requirements.dmnDecisionRequirementsName,
                "version": requirements.version,
                "decisionRequirementsKey": str(requirements.decisionRequirementsKey),
                "resourceName": requirements.resourceName,
                "tenantId": requirements.tenantId,
            }
        }
    form = entry.form
    return {
        "form": {
            "formId": form.formId,
            "version": form.version,
            "formKey": str(form.formKey),
            "resourceName": form.resourceName,
            "tenantId": form.tenantId,
        }
    }


def _policy_document(table: DeployedTable) -> dict[str, Any]:
    found = table.publication
    return {
        "policy": found.policy,
        "version": found.version,
        "state": found.state,
        "changes": list(found.changes),
        "cases": found.cases,
        "held": None if found.held is None else found.held.message,
        "warnings": [str(finding) for finding in found.findings],
    }
