"""Whole runs: the real agents, the shipped tables, the embedded engine."""

from __future__ import annotations

import asyncio
import gzip
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import workers.intake
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from dmnroute import Agent
from dmnroute.agents.registry import Registry
from dmnroute.app import open_app
from dmnroute.project import Project
from dmnroute.router.crowd import drive_all
from dmnroute.routing.history import History
from dmnroute.routing.records.run import Limits, RunState
from dmnroute.settings import Settings

ROOT = Path(__file__).parents[2]
SAMPLES_FOLDER = ROOT / "workers" / "intake" / "samples"
SHIPPED = Registry.of([workers.intake])

pytestmark = pytest.mark.skipif(
    any(agent.missing for agent in SHIPPED.agents.values()),
    reason="whole runs need every model: install the extras demo and ocr",
)


@dataclass(frozen=True)
class Walk:
    """How a run went."""

    state: RunState
    history: History

    @property
    def agents(self) -> list[str]:
        """Who worked in each hop, one text per hop."""
        plans = [hop.decision.plan for hop in self.history.hops]
        return [" ".join(step.agent for step in plan.steps) or plan.action for plan in plans]

    @property
    def end(self) -> str:
        """The status of the result; escalated where a person is asked."""
        return "escalated" if self.state.status == "escalated" else self.state.result["status"]

    @property
    def reason(self) -> str | None:
        """Why it ended so."""
        return self.history.hops[-1].decision.plan.reason


def walk(
    folder: Path,
    paths: Mapping[str, str],
    *,
    registry: Registry = SHIPPED,
    limits: Limits | None = None,
    answer: dict[str, Any] | None = None,
) -> dict[str, Walk]:
    """Drive a run for each path to its end, or to the people; an answer is given to all that wait for one."""

    async def driven() -> dict[str, Walk]:
        settings = Settings(store=str(folder / "runs.db"), concurrency=2)
        async with open_app(settings, project=Project(ROOT), registry=registry) as app:
            new = app.router.new_run
            await app.router.start([new(run, "intake", input={"path": p}, limits=limits) for run, p in paths.items()])
            async for run, status in drive_all(app.drive, paths, at_once=4):
                if status == "escalated" and answer is not None:
                    await app.router.controls.answer(run, answer)
                    await app.engine.drive(run)
            return {run: Walk(await app.store.state(run), await app.store.history(run)) for run in paths}

    return asyncio.run(driven())


def without(*names: str) -> Registry:
    """The agents of the demo where the models of some aren't installed."""
    agents = {
        name: replace(agent, requires=("a_module_that_is_not_installed",)) if name in names else agent
        for name, agent in SHIPPED.agents.items()
    }
    return Registry(agents, SHIPPED.facts)


def crashing(*names: str) -> Registry:
    """The agents of the demo where some have a bug."""

    def bug(*_: object) -> Any:
        raise ZeroDivisionError("a bug")

    agents = dict(SHIPPED.agents)
    return Registry({**agents, **{name: replace(agents[name], function=bug) for name in names}}, SHIPPED.facts)


JUDGE = "check_abuse discover detect_language"

SAMPLES = {
    "notice.txt": (
        "accepted",
        [
            "detect_kind", "sniff_kind", "read_text", JUDGE, "find_holders find_dates find_identifiers find_licences",
            "validate", "relate_holders relate_licences", "build_graph", "complete",
        ],
    ),
    "patchwork-notice.txt": (
        "accepted",
        [
            "detect_kind", "read_text", JUDGE, "find_holders find_dates find_identifiers find_licences", "validate",
            "find_holders_thorough find_licences_thorough", "validate", "relate_holders relate_licences",
            "build_graph", "complete",
        ],
    ),
    "invoice.pdf": (
        "accepted",
        [
            "detect_kind", "read_pdf", JUDGE, "find_holders find_dates find_identifiers find_amounts", "validate",
            "build_graph", "complete",
        ],
    ),
    "lettre-latin1.txt": (
        "accepted",
        [
            "detect_kind", "read_text", JUDGE, "find_holders find_dates find_identifiers", "validate", "build_graph",
            "complete",
        ],
    ),
    "scanned-notice.png": (
        "accepted",
        [
            "detect_kind", "ocr", JUDGE, "find_holders find_dates find_identifiers find_licences", "validate",
            "relate_holders relate_licences", "build_graph", "complete",
        ],
    ),
    "small-print.pdf": (
        "accepted",
        [
            "detect_kind", "read_pdf", "ocr", "ocr", JUDGE, "find_holders find_dates find_identifiers", "validate",
            "relate_holders", "build_graph", "complete",
        ],
    ),
    "faded-letter.pdf": ("escalated", ["detect_kind", "read_pdf", "ocr", "ocr", "people"]),
    "rechnung.txt": (
        "escalated",
        [
            "detect_kind", "read_text", JUDGE, "find_holders find_dates find_identifiers find_amounts", "validate",
            "people",
        ],
    ),
    "complaint.txt": ("quarantined", ["detect_kind", "read_text", JUDGE, "complete"]),
    "empty.txt": ("rejected", ["detect_kind", "complete"]),
}  # fmt: skip


@pytest.fixture(scope="module")
def walks(tmp_path_factory: pytest.TempPathFactory, sample: Callable[[str], str]) -> dict[str, Walk]:
    """All samples, driven once."""
    return walk(tmp_path_factory.mktemp("samples"), {name: sample(name) for name in SAMPLES})


class TestSamples:
    """The samples, each on its own route."""

    @pytest.mark.parametrize("name", SAMPLES)
    def test_every_sample_takes_its_route(self, walks, name):
        """Hop after hop as the tables have it, to the end that was meant."""
        end, agents = SAMPLES[name]
        assert (walks[name].end, walks[name].agents) == (end, agents)

    def test_the_graph_is_the_result(self, walks):
        """An accepted document ends with typed nodes and edges."""
        result = walks["notice.txt"].state.result
        edges = [(edge["source"], edge["type"], edge["target"]) for edge in result["graph"]["edges"]]
        assert ("work:charts/*", "held_by", "holder:harbour mapping foundation") in edges
        assert ("work:firmware/*", "licensed_under", "licence:apache-2.0") in edges
        assert (result["nodes"], result["edges"]) == (len(result["graph"]["nodes"]), len(edges))
        assert len(edges) == len(set(edges))

    def test_reasons_carry_the_figures(self, walks):
        """People read why, with the numbers that decided."""
        assert walks["rechnung.txt"].reason == "net 2400.00 and tax 456.00 make 2856.00, not 2956.00"
        assert walks["empty.txt"].reason == "the file is empty"
        assert walks["faded-letter.pdf"].reason.startswith("the worst line was read with a score of 0.")

    def test_warnings_reach_the_result(self, walks):
        """A guess of the encoding is told to the end."""
        assert walks["lettre-latin1.txt"].state.result["warnings"] == ["not UTF-8: read as cp1252"]

    def test_the_quarantined_text_is_not_passed_on(self, walks):
        """The result names place and score, not the words."""
        assert "idiot" not in str(walks["complaint.txt"].state.result)


@pytest.mark.parametrize(("answer", "end"), [({"accepted": True}, "accepted"), ({"accepted": False}, "rejected")])
def test_a_person_decides_what_was_doubtful(tmp_path, sample, answer, end):
    """After an escalation the answer of the document desk ends the run."""
    found = walk(tmp_path, {"r": sample("rechnung.txt")}, answer=answer)["r"]
    assert (found.state.status, found.end, found.agents[-2:]) == ("completed", end, ["people", "complete"])


def test_stand_ins_take_over_where_models_are_missing(tmp_path, sample):
    """Without the models of kind, abuse and language a notice gets its graph all the same."""
    registry = without("detect_kind", "check_abuse", "detect_language")
    walks = walk(tmp_path, {name: sample(name) for name in ("notice.txt", "complaint.txt")}, registry=registry)
    assert walks["notice.txt"].end == "accepted"
    assert walks["notice.txt"].agents[:5] == ["detect_kind", "sniff_kind", "read_text", JUDGE, "check_abuse_words"]
    assert walks["complaint.txt"].end == "quarantined"


def test_without_recognition_scans_go_to_people(tmp_path, sample):
    """The reason says what is missing."""
    walks = walk(
        tmp_path, {name: sample(name) for name in ("scanned-notice.png", "small-print.pdf")}, registry=without("ocr")
    )
    assert [found.end for found in walks.values()] == ["escalated", "escalated"]
    assert walks["scanned-notice.png"].reason.startswith("ocr: agent `ocr` needs `a_module_that_is_not_installed`")


@pytest.mark.parametrize(
    ("name", "end"),
    [
        ("detect_kind", "accepted"),
        ("read_text", "escalated"),
        ("check_abuse", "accepted"),
        ("detect_language", "accepted"),
        ("discover", "escalated"),
        ("find_dates", "accepted"),
        ("find_holders", "accepted"),
        ("validate", "escalated"),
        ("relate_holders", "accepted"),
        ("build_graph", "escalated"),
    ],
)
def test_a_crash_of_any_agent_has_an_end(tmp_path, sample, name, end):
    """What can be replaced or done without is; the rest is a case for people, never a loop or a stop."""
    assert walk(tmp_path, {"r": sample("notice.txt")}, registry=crashing(name))["r"].end == end


@pytest.mark.parametrize(
    ("cost", "ends"),
    [
        ("0.002", {"partial": 9, "rejected": 1}),
        ("0.008", {"partial": 5, "accepted": 2, "rejected": 1, "quarantined": 1, "escalated": 1}),
    ],
)
def test_little_money_ends_in_partial_results(tmp_path, sample, cost, ends):
    """No run fails for money: what was found so far is kept."""
    walks = walk(tmp_path, {name: sample(name) for name in SAMPLES}, limits=Limits(cost=Decimal(cost)))
    found = [each.end for each in walks.values()]
    assert {end: found.count(end) for end in found} == ends
    assert all(each.state.cost <= Decimal(cost) for each in walks.values())


def test_partial_results_keep_what_was_found(tmp_path, sample):
    """When the money ends after the extractors, their findings are the result."""
    found = walk(tmp_path, {"r": sample("patchwork-notice.txt")}, limits=Limits(cost=Decimal("0.012")))["r"]
    assert found.reason == "only 0.0064 USD are left for the next step"
    assert [holder["value"] for holder in found.state.result["holders"]] == ["Petra Skua", "Petra Skua"]


def test_documents_that_nobody_can_read_have_a_clean_end(tmp_path):
    """Hostile and broken files end with a reason; no run stops or fails."""
    expected = hostile_files(tmp_path)
    walks = walk(tmp_path, {name: str(tmp_path / name) for name in expected})
    assert {name: (found.end, found.reason) for name, found in walks.items()} == expected
    assert all(len(found.agents) <= 4 for found in walks.values())


def hostile_files(folder: Path) -> dict[str, tuple[str, str]]:
    """Write them; answers the end and the reason that each should have."""
    dice = random.Random(5)
    (folder / "a-folder").mkdir()
    (folder / "cut.gz").write_bytes(gzip.compress(b"words " * 1000)[:30])
    (folder / "cut.pdf").write_bytes((SAMPLES_FOLDER / "invoice.pdf").read_bytes()[:900])
    (folder / "noise.bin").write_bytes(dice.randbytes(20_000))
    (folder / "blank.txt").write_text(" \n" * 100)
    (folder / "koi8.txt").write_bytes(("Маяк снова светит, и лодки возвращаются домой. " * 5).encode("koi8-r"))
    with (folder / "huge.bin").open("wb") as huge:
        huge.truncate(1 << 30)
    canvas = Canvas(str(folder / "locked.pdf"), encrypt=StandardEncryption("open", "own"))
    canvas.drawString(40, 40, "secret")
    canvas.save()
    return {
        "missing.txt": ("rejected", f"there is no file `{folder / 'missing.txt'}`"),
        "a-folder": ("rejected", f"`{folder / 'a-folder'}` is not a regular file"),
        "cut.gz": (
            "rejected",
            "the gzip file is damaged: Compressed file ended before the end-of-stream marker was reached",
        ),
        "cut.pdf": ("rejected", "the PDF file is damaged"),
        "noise.bin": ("rejected", "there is no reader for unknown files"),
        "blank.txt": ("rejected", "there is no text in it"),
        "koi8.txt": ("rejected", "there is no reader for unknown files"),
        "huge.bin": ("rejected", "there is no reader for iso files"),
        "locked.pdf": ("escalated", "read_pdf: the PDF file needs a password"),
    }


def test_every_agent_of_the_demo_is_an_agent_of_the_tables():
    """Nothing is declared that no table can reach."""
    tables = (ROOT / "dmn" / "intake.dmn").read_text(encoding="utf-8")
    assert [name for name in SHIPPED.agents if f'"{name}"' not in tables] == []
    assert all(isinstance(agent, Agent) and agent.description.endswith(".") for agent in SHIPPED.agents.values())
