"""Policies from a folder: saving a file publishes it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from tests.support.tables import HEAD, route

from dmnroute.dmn.edit import with_cell
from dmnroute.errors import OperatorError, RouteError
from dmnroute.policies.folder import FolderPolicies
from dmnroute.routing.catalogue import AgentSpec, Catalogue
from dmnroute.routing.checks import check_policy
from dmnroute.routing.ports.store import Store
from dmnroute.store.open import open_store
from dmnroute.testing import ManualClock

CATALOGUE = Catalogue({"ocr": AgentSpec("ocr", fields=frozenset({"dpi"}), required=frozenset())})


def table(dpi: int, agent: str = "ocr") -> str:
    return route(["run.hop"], ["agent", "dpi"], [["-", f'"{agent}"', str(dpi)]])


@pytest.fixture(params=["memory", "sqlite"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    opened = await open_store("memory:" if request.param == "memory" else str(tmp_path / "s.db"))
    yield opened
    await opened.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "dmn"
    made.mkdir()
    return made


@pytest.fixture
def opened(folder: Path, store: Store) -> Callable[..., FolderPolicies]:
    """The folder as a process sees it that has just started."""
    return lambda **options: FolderPolicies(
        folder, store, ManualClock(), check=lambda model: check_policy(model, CATALOGUE), **options
    )


def save(folder: Path, text: str | bytes, name: str = "p") -> None:
    """As an editor does: a new file takes the place of the old one."""
    new = folder / f"{name}.new"
    new.write_bytes(text.encode() if isinstance(text, str) else text)
    new.replace(folder / f"{name}.dmn")


async def told(store: Store) -> list[tuple[str, dict[str, Any]]]:
    return [(event.kind, event.data) for event in await store.events()]


async def refused(policies: FolderPolicies, name: str = "p") -> str:
    with pytest.raises(RouteError) as caught:
        await policies.active(name)
    return f"{caught.value.code}: {caught.value}"


Opened = Callable[..., FolderPolicies]


async def test_the_first_look_publishes(folder: Path, store: Store, opened: Opened) -> None:
    """As version 1, with its digest; told without changes, for there was nothing before."""
    save(folder, table(300))
    version = await opened().active("p")
    stored = await store.policy("p")
    assert stored is not None
    assert (version.name, version.version, version.digest) == ("p", 1, stored.digest)
    assert stored.text == table(300).encode()
    assert await told(store) == [
        ("policy_changed", {"policy": "p", "version": 1, "digest": stored.digest, "file": "p.dmn"})
    ]


async def test_a_saved_file_is_a_new_version_announced_by_its_changes(
    folder: Path, store: Store, opened: Opened
) -> None:
    """Cell by cell, once."""
    policies = opened()
    save(folder, table(300))
    first = await policies.active("p")
    save(folder, table(600))
    second = await policies.active("p")
    assert (first.version, second.version) == (1, 2)
    assert await policies.active("p") is second
    kind, data = (await told(store))[-1]
    assert (kind, data["version"], data["changes"]) == (
        "policy_changed",
        2,
        ["Route rule 1, dpi: `300` → `600`"],
    )
    assert len(await told(store)) == 2


async def test_content_that_did_not_change_is_no_version(folder: Path, store: Store, opened: Opened) -> None:
    """Touched or saved once more: the same tables."""
    policies = opened()
    save(folder, table(300))
    first = await policies.active("p")
    save(folder, table(300))
    os.utime(folder / "p.dmn", (1, 1))
    assert await policies.active("p") is first
    assert await opened().active("p") != first  # another process has loaded it by itself
    assert (await opened().active("p")).version == 1
    assert len(await told(store)) == 1


async def test_a_broken_file_is_refused_and_the_version_before_stays(
    folder: Path, store: Store, opened: Opened
) -> None:
    """Told with its place, once; also after a restart."""
    policies = opened()
    save(folder, table(300))
    good = await policies.active("p")
    save(folder, table(600, agent="orc"))
    assert await policies.active("p") is good
    assert await policies.active("p") is good
    refusals = [data for kind, data in await told(store) if kind == "policy_refused"]
    assert refusals == [
        {
            "policy": "p",
            "code": "unknown_agent",
            "stays": 1,
            "error": "unknown agent `orc`; did you mean `ocr`?\n"
            "p.dmn, decision `Route`, rule 1, output agent\n"
            '  "orc"\n  ^^^^^\n'
            "hint: known agents: `ocr`",
        }
    ]
    again = await opened().active("p")
    assert (again.version, again.digest) == (1, good.digest)


async def test_a_file_that_was_never_good_stops_with_what_is_wrong(folder: Path, store: Store, opened: Opened) -> None:
    """Nothing stands in for it; mended, it is version 1."""
    policies = opened()
    save(folder, table(600, agent="orc"))
    assert await refused(policies) == (
        "unknown_agent: unknown agent `orc`; did you mean `ocr`?\n"
        "p.dmn, decision `Route`, rule 1, output agent\n"
        '  "orc"\n  ^^^^^\n'
        "hint: known agents: `ocr`"
    )
    save(folder, HEAD)
    assert (await refused(policies)).startswith("xml_syntax: ")
    save(folder, table(600))
    assert (await policies.active("p")).version == 1
    assert [data["stays"] for kind, data in await told(store) if kind == "policy_refused"] == [None, None]


async def test_going_back_to_an_older_text_is_a_new_version(folder: Path, store: Store, opened: Opened) -> None:
    """History only grows; every version can be had again."""
    policies = opened()
    for dpi in (300, 600, 300):
        save(folder, table(dpi))
        await policies.active("p")
    assert (await policies.active("p")).version == 3
    first, third = await policies.version("p", 1), await policies.version("p", 3)
    assert (first.digest, first.version) == (third.digest, 1)
    assert (await opened().version("p", 2)).digest != first.digest


async def test_an_unknown_policy_is_named(folder: Path, opened: Opened) -> None:
    """With those that there are."""
    save(folder, table(300), "intake")
    save(folder, table(300), "returns")
    assert await refused(opened(), "intke") == (
        "unknown_policy: unknown policy `intke`; did you mean `intake`?\nhint: policies in `dmn`: intake, returns"
    )


@pytest.mark.parametrize("name", ["../outside", "/etc/passwd", "a/b", "", "a\0b", "x" * 5000, ".", ".."])
async def test_a_name_never_leads_out_of_the_folder(folder: Path, opened: Opened, name: str) -> None:
    """Names come from tables and from users."""
    save(folder.parent, table(300), "outside")
    assert (await refused(opened(), name)).startswith("unknown_policy: unknown policy `")


async def test_a_file_that_goes_missing_is_unknown_until_it_is_back(folder: Path, opened: Opened) -> None:
    """A run stops, and can be retried."""
    policies = opened()
    save(folder, table(300))
    first = await policies.active("p")
    (folder / "p.dmn").unlink()
    assert await refused(policies) == "unknown_policy: unknown policy `p`\nhint: policies in `dmn`: none"
    save(folder, table(300))
    assert await policies.active("p") is first


async def test_a_file_that_cannot_be_read_is_refused(folder: Path, store: Store, opened: Opened) -> None:
    """A folder of that name, say; the version before stays."""
    (folder / "q.dmn").mkdir()
    assert await refused(opened(), "q") == "unreadable_policy: policy file `q.dmn` can't be read: Is a directory"
    policies = opened()
    save(folder, table(300))
    good = await policies.active("p")
    (folder / "p.dmn").unlink()
    (folder / "p.dmn").mkdir()
    assert await policies.active("p") is good
    assert (await told(store))[-1][1]["code"] == "unreadable_policy"


async def test_many_runs_ask_at_once_and_one_looks(folder: Path, store: Store, opened: Opened) -> None:
    """A change is told once, and so is a refusal."""
    policies = opened()
    for text in (table(300), table(600), table(1, agent="orc")):
        save(folder, text)
        versions = await asyncio.gather(*(policies.active("p") for _ in range(10)))
        assert len({version.version for version in versions}) == 1
    assert [kind for kind, _ in await told(store)] == ["policy_changed", "policy_changed", "policy_refused"]


async def test_two_processes_announce_a_change_once(folder: Path, store: Store, opened: Opened) -> None:
    """Whoever comes first."""
    one, two = opened(), opened()
    save(folder, table(300))
    await one.active("p")
    await two.active("p")
    save(folder, table(600))
    assert [(await each.active("p")).version for each in (one, two)] == [2, 2]
    assert len(await told(store)) == 2


async def test_an_edited_policy_is_what_is_kept(folder: Path, store: Store, opened: Opened) -> None:
    """The file stays as it is."""
    save(folder, table(300))
    policies = opened(edit=lambda model: with_cell(model, "Route", rule=1, column="dpi", text="150"))
    version = await policies.active("p")
    stored = await store.policy("p")
    assert stored is not None
    assert (version.digest, b"150" in stored.text, b"150" in (folder / "p.dmn").read_bytes()) == (
        stored.digest,
        True,
        False,
    )


async def test_an_unknown_version_is_named(folder: Path, opened: Opened) -> None:
    """Versions count from 1."""
    save(folder, table(300))
    policies = opened()
    await policies.active("p")
    for name, number in (("p", 2), ("p", 0), ("q", 1)):
        with pytest.raises(OperatorError, match=f"policy `{name}` has no version {number}") as caught:
            await policies.version(name, number)
        assert caught.value.code == "unknown_version"


async def test_a_stored_version_that_cannot_be_read_any_more_does_not_keep_the_file_out(
    folder: Path, store: Store, opened: Opened
) -> None:
    """It was kept by another release, say."""
    await store.keep_policy("p", "p.dmn", b"<not-dmn/>", at=ManualClock().now())
    save(folder, table(300))
    assert (await opened().active("p")).version == 2
