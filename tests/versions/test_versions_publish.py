"""The gate: what a table has to pass, and what happens to it then."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from pydantic import BaseModel
from tests.support.tables import by_hop

from dmnroute.agents.declaration import agent
from dmnroute.agents.registry import Registry
from dmnroute.dmn import Model
from dmnroute.dmn.checks import Finding
from dmnroute.errors import UsageError
from dmnroute.policies.versions import Asked, Versions
from dmnroute.publishing.draft import Draft, draft_of_file, draft_of_text
from dmnroute.publishing.gate import Gate
from dmnroute.publishing.publish import Goal, Publication, publish
from dmnroute.store.memory.store import MemoryStore
from dmnroute.testing import ManualClock

CASES = """
tests:
  - name: the first hop greets
    given: {run: {hop: 1}}
    rules: [1]
"""


class Name(BaseModel):
    name: str = "world"


class Greeting(BaseModel):
    greeting: str


@agent("greet")
async def greet(given: Name) -> Greeting:
    """Greet."""
    return Greeting(greeting=f"hello {given.name}")


def table(agent: str = "greet", reason: str = "why not") -> str:
    return by_hop(
        ["agent", "action", "reason"], [{"agent": f'"{agent}"', "reason": f'"{reason}"'}, {"action": '"complete"'}]
    )


@pytest.fixture
def versions() -> Versions:
    return Versions(MemoryStore(), ManualClock())


@pytest.fixture
def gate() -> Gate:
    return Gate(Registry({"greet": greet}))


def draft(folder: Path, text: str | None = None, *, cases: str | None = None) -> Draft:
    (folder / "p.dmn").write_text(table() if text is None else text)
    if cases is not None:
        (folder / "p.tests.yaml").write_text(cases)
    return draft_of_file(folder / "p.dmn")


async def published(
    given: Draft, gate: Gate, versions: Versions, *, who: str = "ann", goal: Goal = "active"
) -> Publication:
    return await publish(given, gate, versions, Asked(who, "because"), goal=goal)


def codes(publication: Publication) -> list[str]:
    return [finding.code for finding in publication.findings]


async def test_a_good_table_is_published_and_active(tmp_path: Path, gate: Gate, versions: Versions) -> None:
    """With its test cases run, and its changes named cell by cell."""
    first = await published(draft(tmp_path, cases=CASES), gate, versions)
    assert (first.version, first.state, first.cases, first.changes, first.new) == (1, "active", 1, (), True)
    second = await published(draft(tmp_path, table(reason="because")), gate, versions)
    assert (second.version, second.state, second.base) == (2, "active", 1)
    assert second.changes == ('Route rule 1, reason: `"why not"` → `"because"`',)
    log = await versions.log("p")
    assert [(each.kind, each.version, each.who, each.why) for each in log] == [
        ("verify", 1, "ann", "because"),
        ("activate", 1, "ann", "because"),
        ("verify", 2, "ann", "because"),
        ("activate", 2, "ann", "because"),
    ]
    assert log[2].changes == second.changes


async def test_publishing_the_same_again_changes_nothing(tmp_path: Path, gate: Gate, versions: Versions) -> None:
    """The same text is the same version; what was replaced meanwhile is made active again."""
    await published(draft(tmp_path), gate, versions)
    again = await published(draft(tmp_path), gate, versions)
    assert (again.version, again.state, again.new) == (1, "active", False)
    await published(draft(tmp_path, table(reason="two")), gate, versions)
    back = await published(draft(tmp_path), gate, versions)
    assert (back.version, back.state, back.new) == (1, "active", True)


@pytest.mark.parametrize(
    ("text", "found"),
    [("<no xml", "xml_syntax"), (table(agent="gret"), "unknown_agent")],
    ids=["unreadable", "unknown agent"],
)
async def test_a_bad_table_is_kept_out(text: str, found: str, tmp_path: Path, gate: Gate, versions: Versions) -> None:
    """Its findings say where; nothing is kept."""
    refused = await published(draft(tmp_path, text), gate, versions)
    assert (refused.refused, refused.state, codes(refused)) == (True, None, [found])
    assert str(refused.findings[0].place).startswith("p.dmn")
    assert await versions.store.policy("p") is None
    assert await versions.store.published() == []


async def test_a_table_that_fails_its_test_cases_is_kept_out(tmp_path: Path, gate: Gate, versions: Versions) -> None:
    """The finding names the case, and what it expected."""
    wrong = CASES.replace("[1]", "[2]")
    refused = await published(draft(tmp_path, cases=wrong), gate, versions)
    assert [str(finding) for finding in refused.findings] == [
        "error: test case `the first hop greets` failed: expected rule 2, found rule 1\np.tests.yaml:3"
    ]
    assert refused.refused


async def test_a_project_may_ask_for_more(tmp_path: Path, versions: Versions) -> None:
    """Further checks see the draft last; a warning of theirs keeps nobody out."""

    async def too_dear(given: Draft, model: Model) -> Sequence[Finding]:
        severity = "error" if b"pricey" in given.text else "warning"
        return [Finding("too_dear", severity, f"{given.name} has {len(model.decisions)} decision")]

    gate = Gate(Registry({"greet": greet}), further=[too_dear])
    fine = await published(draft(tmp_path), gate, versions)
    assert (fine.state, codes(fine)) == ("active", ["too_dear"])
    dear = await published(draft(tmp_path, table(reason="pricey")), gate, versions)
    assert (dear.refused, codes(dear)) == (True, ["too_dear"])


async def test_a_draft_has_to_be_readable_only(tmp_path: Path, gate: Gate, versions: Versions) -> None:
    """It decides nothing before it has passed the gate; then it is the same version."""
    kept = await published(draft(tmp_path, table(agent="later")), gate, versions, goal="draft")
    assert (kept.version, kept.state, codes(kept)) == (1, "draft", ["unknown_agent"])
    with pytest.raises(UsageError, match="is a draft"):
        await versions.activate("p", 1, Asked("bob"))
    grown = Gate(Registry({"greet": greet, "later": greet}))
    verified = await published(draft(tmp_path, table(agent="later")), grown, versions, goal="verified")
    assert (verified.version, verified.state) == (1, "verified")


async def test_with_four_eyes_the_publisher_waits_for_somebody_else(tmp_path: Path, gate: Gate) -> None:
    """The version is verified; the other one activates it, or publishes the same."""
    versions = Versions(MemoryStore(), ManualClock(), four_eyes=True)
    held = await published(draft(tmp_path), gate, versions)
    assert (held.version, held.state) == (1, "verified")
    assert held.held is not None
    assert held.held.message == "version 1 of policy `p` was published by ann: somebody else has to approve it"
    approved = await published(draft(tmp_path), gate, versions, who="bob")
    assert (approved.version, approved.state, approved.held) == (1, "active", None)


async def test_a_table_from_elsewhere_has_the_test_cases_of_its_name(
    tmp_path: Path, gate: Gate, versions: Versions
) -> None:
    """As when it comes by the API: the project's cases judge it, and the file there stays as it is."""
    draft(tmp_path, cases=CASES)
    given = draft_of_text("p.dmn", (table() + "<!-- sent -->").encode(), tmp_path)
    sent = await published(given, gate, versions)
    assert (sent.cases, sent.state) == (1, "active")
    assert "sent" not in (tmp_path / "p.dmn").read_text()


@pytest.mark.parametrize("name", ["p.xml", ".dmn", "../p.dmn", "a/b.dmn"])
def test_a_file_that_names_no_policy_is_refused(name: str, tmp_path: Path) -> None:
    """A name is never a path."""
    with pytest.raises(UsageError, match="can't be the file of a policy"):
        draft_of_text(name, b"", tmp_path)


async def test_while_a_canary_is_under_way_a_new_version_waits(tmp_path: Path, gate: Gate, versions: Versions) -> None:
    """It is verified, and says what is in its way."""
    await published(draft(tmp_path), gate, versions)
    await published(draft(tmp_path, table(reason="two")), gate, versions, goal="verified")
    await versions.canary("p", 2, Asked("bob"))
    held = await published(draft(tmp_path, table(reason="three")), gate, versions)
    assert (held.state, held.held and held.held.code) == ("verified", "canary_under_way")
