"""Deploy files as they come from Camunda Modeler: tables through the gate, processes and forms to the broker."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from dmnroute.dmn import Model
from dmnroute.dmn.checks import Finding
from dmnroute.errors import TableError, UsageError
from dmnroute.policies.versions import Asked, Versions
from dmnroute.publishing.draft import Draft, draft_of_text, is_file_name
from dmnroute.publishing.gate import Gate, Judgement
from dmnroute.publishing.own_process import deploy_own_process
from dmnroute.publishing.publish import Publication, publish

if TYPE_CHECKING:
    from pyzeebe.proto.gateway_pb2 import DeployResourceResponse

    from dmnroute.zeebe.gateway import Gateway

TABLE = ".dmn"
FOR_THE_BROKER = (".bpmn", ".form")


class RefusedError(TableError):
    """The gate keeps tables out; nothing was deployed."""

    code = "refused"

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        """Errors, and the warnings that came with them."""
        errors = [finding for finding in findings if finding.severity == "error"]
        what = "1 error" if len(errors) == 1 else f"{len(errors)} errors"
        super().__init__(f"nothing was deployed, {what}", place=errors[0].place if errors else findings[0].place)

    @property
    def errors(self) -> list[Finding]:
        """What has to be mended."""
        return [finding for finding in self.findings if finding.severity == "error"]


@dataclass(frozen=True, slots=True)
class DeployedTable:
    """A table that has become a version of its policy."""

    file: str
    publication: Publication
    model: Model


@dataclass(frozen=True, slots=True)
class Deployed:
    """What has become of the files."""

    tenant: str
    tables: tuple[DeployedTable, ...] = ()
    passed_on: DeployResourceResponse | None = None
    """What the broker says of the processes and forms; null when there were none."""


@dataclass(slots=True)
class Deployer:
    """Deploys files one deployment after the other, each as a whole or not at all."""

    gate: Gate
    versions: Versions
    folder: Path
    """The project's tables, with their test cases."""
    gateway: Gateway
    """Where processes and forms go."""
    own_processes: bool = False
    """Whether each policy gets a process of its own there."""
    _one_at_a_time: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    async def deploy(self, files: Sequence[tuple[str, bytes]], asked: Asked, *, broker_tenant: str = "") -> Deployed:
        """Look at everything first, then do what can be refused by others, then what can't.

        So: all tables go through the gate; processes and forms go to the broker, which takes all of them or none; only
        then the tables are published. Deploying the same again changes nothing.

        Raises:
            RefusedError: the gate keeps a table out.
            UsageError: `no_files`, `bad_file_name`, `bad_policy_name`, `same_file_twice`, `unknown_kind_of_file`.
            OperatorError: the broker isn't there (`broker_unavailable`) or refuses; the store is away.
        """
        texts = _by_name(files)
        drafts = [draft_of_text(name, text, self.folder) for name, text in texts.items() if name.endswith(TABLE)]
        others = {name: text for name, text in texts.items() if not name.endswith(TABLE)}
        async with self._one_at_a_time:
            judged = await self._judged(drafts)
            if drafts and self.own_processes:
                await self.gateway.reach()
            passed_on = await self._pass_on(others, broker_tenant) if others else None
            tables = [await self._published(draft, judgement, asked) for draft, judgement in judged]
        return Deployed(asked.tenant, tuple(tables), passed_on)

    async def _judged(self, drafts: Sequence[Draft]) -> list[tuple[Draft, Judgement]]:
        judged = [(draft, await self.gate.judge(draft)) for draft in drafts]
        if not all(judgement.passed for _, judgement in judged):
            raise RefusedError([finding for _, judgement in judged for finding in judgement.findings])
        for draft in drafts:  # a store that is away says so before the broker has got anything
            await self.versions.life(draft.name)
        return judged

    async def _pass_on(self, files: Mapping[str, bytes], tenant: str) -> DeployResourceResponse:
        await self.gateway.reach()
        return await self.gateway.deploy_together(files, tenant=tenant)

    async def _published(self, draft: Draft, judgement: Judgement, asked: Asked) -> DeployedTable:
        publication = await publish(draft, self.gate, self.versions, asked, judgement=judgement)
        if self.own_processes:
            await deploy_own_process(self.gateway, self.versions, publication, asked)
        assert judgement.model is not None  # it has passed the gate
        return DeployedTable(draft.file, publication, judgement.model)


def _by_name(files: Sequence[tuple[str, bytes]]) -> dict[str, bytes]:
    if not files:
        raise UsageError("there is no file to deploy", code="no_files", hint="each comes in a part named `resources`")
    texts: dict[str, bytes] = {}
    for name, text in files:
        if name in texts:
            raise UsageError(f"`{name}` is there twice", code="same_file_twice")
        if not is_file_name(name):
            raise UsageError(f"{name!r} can't be the name of a file", code="bad_file_name")
        if not name.endswith((TABLE, *FOR_THE_BROKER)):
            known = "`.dmn`, `.bpmn` and `.form`"
            raise UsageError(f"`{name}` is no kind of file that is known here", code="unknown_kind_of_file", hint=known)
        texts[name] = text
    return texts
