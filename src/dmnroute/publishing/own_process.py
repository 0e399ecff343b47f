"""The process of a policy alone: deployed once its version is active, so that the broker has what decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmnroute.policies.versions import Asked, Versions
from dmnroute.publishing.publish import Publication

if TYPE_CHECKING:
    from dmnroute.zeebe.gateway import Gateway


async def deploy_own_process(gateway: Gateway, versions: Versions, found: Publication, asked: Asked) -> str | None:
    """The id of the policy's own process, once the broker has it and the log says so; null while nothing is active.

    Raises:
        OperatorError: `broker_unavailable`.
    """
    if found.version is None or found.state != "active":
        return None
    from dmnroute.zeebe.policy_process import deploy_policy_process

    await gateway.reach()
    own = await deploy_policy_process(gateway, found.policy)
    await versions.own_process(found.policy, found.version, asked, own)
    return own
