"""`--set`: a cell changed in memory."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support.tables import route

from dmnroute.cli.demo.change import Change, apply_all, read_change
from dmnroute.dmn import load
from dmnroute.errors import UsageError
from dmnroute.policies.folder import FolderPolicies
from dmnroute.store.memory.store import MemoryStore
from dmnroute.testing import ManualClock

TEXT = route(["last.confidence"], ["action"], [["< 0.5", '"wait"'], ["-", '"complete"']])


@pytest.mark.parametrize(
    ("text", "change"),
    [
        ("Quality/3/coverage=< 0.55", Change("Quality", 3, "coverage", "< 0.55")),
        ("Route/12/input 2=>= 0.5", Change("Route", 12, "input 2", ">= 0.5")),
        ("Is it/fine/2/Share of a/b = [0..1)", Change("Is it/fine", 2, "Share of a/b", "[0..1)")),
        ("Route/1/action=", Change("Route", 1, "action", "")),
    ],
)
def test_a_change_names_decision_rule_column_and_cell(text: str, change: Change) -> None:
    """The cell is everything behind the first `=`."""
    assert read_change(text) == change


@pytest.mark.parametrize("text", ["", "Route", "Route/x/action=1", "Route/1/action", "/1/=2"])
def test_another_form_is_refused(text: str) -> None:
    """With an example."""
    with pytest.raises(UsageError) as caught:
        read_change(text)
    assert str(caught.value) == (
        f"can't read the change `{text}`\nhint: write `Decision/rule/column=cell`, as in `Quality/3/coverage=< 0.55`"
    )


def test_changes_are_made_one_after_the_other() -> None:
    """Both cells are changed; the model given isn't."""
    model = load(TEXT.encode())
    changed = apply_all(model, (read_change("Route/1/last.confidence=< 0.4"), read_change('Route/1/action="fail"')))
    assert changed.evaluate("Route", {"last": {"confidence": 0.45}}).value == "complete"
    assert changed.evaluate("Route", {"last": {"confidence": 0.3}}).value == "fail"
    assert model.evaluate("Route", {"last": {"confidence": 0.45}}).value == "wait"


async def test_an_edited_policy_is_kept_as_it_decides_and_the_file_stays(tmp_path: Path) -> None:
    """Replay finds the edited tables in the store; without the edit the next demo decides by the file again."""
    file = tmp_path / "p.dmn"
    file.write_text(TEXT)
    store, clock = MemoryStore(), ManualClock()
    change = read_change("Route/1/last.confidence=< 0.4")
    edited = FolderPolicies(tmp_path, store, clock, check=lambda model: (), edit=change.apply)
    version = await edited.active("p")
    stored = await store.policy("p", version.version)
    assert stored is not None
    assert b"&lt; 0.4<" in stored.text
    assert file.read_text() == TEXT
    plain = FolderPolicies(tmp_path, store, clock, check=lambda model: ())
    assert (await plain.active("p")).version == version.version + 1
    assert (await plain.version("p", version.version)).digest == version.digest
