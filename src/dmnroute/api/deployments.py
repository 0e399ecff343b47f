"""A deployment as it comes in, by whatever way: who, from which program, and what became of it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from dmnroute.api.answers import CAMUNDAS_DEFAULT, tenant_of
from dmnroute.api.callers import Door
from dmnroute.errors import UsageError
from dmnroute.policies.versions import Asked
from dmnroute.publishing.deploying import Deployed, Deployer

log = logging.getLogger(__name__)

COMPATIBLE_WITH = "8.6.0"
"""The release of Camunda whose API these calls belong to: clients ask before they deploy."""

MODELERS_CLIENT = ("camunda8-sdk-nodejs", "grpc-node-js")
"""How the client of Modeler calls itself over HTTP and over gRPC. Other programs may use it, too; none tells more."""


@dataclass(frozen=True, slots=True)
class Deployments:
    """What both servers do with a deployment."""

    door: Door
    deployer: Deployer

    async def deploy(
        self, files: Sequence[tuple[str, bytes]], *, caller: str, tenant: str, user_agent: str
    ) -> Deployed:
        """Deploy files for somebody. Raises as `Deployer.deploy`, and UsageError `bad_tenant`."""
        if not tenant.isprintable() or len(tenant) > 256:
            raise UsageError(f"{tenant!r} can't be the name of a tenant", code="bad_tenant")
        asked = Asked(caller, reason(user_agent), tenant_of(tenant))
        broker_tenant = "" if tenant == CAMUNDAS_DEFAULT else tenant
        deployed = await self.deployer.deploy(files, asked, broker_tenant=broker_tenant)
        for table in deployed.tables:
            found = table.publication
            log.info(
                "policy deployed",
                extra={"policy": found.policy, "version": found.version, "state": found.state, "who": caller},
            )
        if deployed.passed_on is not None:
            names = [name for name, _ in files if not name.endswith(".dmn")]
            log.info("passed on to the broker", extra={"files": names, "who": caller})
        return deployed


def reason(user_agent: str) -> str:
    """Why a version was published, as far as the client's program tells."""
    program = user_agent.split(" ")[0][:60]
    if program.startswith(MODELERS_CLIENT):
        return "deployed from Camunda Modeler"
    return f"deployed by {program}" if program and program.isprintable() else "deployed by the API"
