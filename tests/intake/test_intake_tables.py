"""Each decision of `intake.dmn`, by itself."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import workers.intake

from dmnroute.agents.registry import Registry
from dmnroute.dmn import Model, load
from dmnroute.routing.checks import check_policy

DMN = "{https://www.omg.org/spec/DMN/20191111/MODEL/}"
TABLES = Path(__file__).parents[2] / "dmn" / "intake.dmn"


@pytest.fixture(scope="module")
def policy() -> Model:
    """The policy as it is shipped."""
    return load(TABLES)


def context(**given: Any) -> dict[str, Any]:
    """What tables can read at the start of a run, with changes."""
    start = {"agents": [], "status": "start", "outcomes": []}
    empty = {"run": {}, "facts": {}, "last": start, "steps": {}, "budget": {}, "slo": {}, "agents": {}, "signals": {}}
    return _exact({**empty, **given})


def _exact(value: Any) -> Any:
    """Numbers as runs have them: decimals."""
    if isinstance(value, dict):
        return {name: _exact(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_exact(item) for item in value]
    return Decimal(repr(value)) if isinstance(value, float) else value


def ok(**output: Any) -> dict[str, Any]:
    """A good outcome."""
    return {"status": "ok", "output": output}


def failure(agent: str, kind: str, message: str = "no") -> dict[str, Any]:
    """A hop whose one agent failed."""
    error = {"kind": kind, "message": message, "retryable": False}
    outcome = {"agent": agent, "status": "failed", "error": error}
    return {"agents": [agent], "status": "failed", "outcomes": [outcome]}


def after(*agents: str) -> dict[str, Any]:
    """A hop whose agents all did well."""
    outcomes = [{"agent": agent, "status": "ok", "error": None} for agent in agents]
    return {"agents": list(agents), "status": "ok", "outcomes": outcomes}


def test_the_policy_has_no_findings(policy):
    """The static checks, against the agents that it routes to, find nothing to say."""
    assert list(check_policy(policy, Registry.of([workers.intake]).catalogue)) == []


@pytest.mark.parametrize(
    ("given", "stage"),
    [
        ({}, "new"),
        ({"facts": {"media": "text"}}, "identified"),
        ({"facts": {"media": "text", "text": ""}}, "read"),
        ({"facts": {"media": "text", "text": "x"}, "steps": {"discover": ok()}}, "discovered"),
        ({"last": after("find_dates"), "steps": {"discover": ok()}}, "searched"),
        ({"steps": {"discover": ok(), "validate": ok()}}, "validated"),
        ({"last": after("find_holders_thorough"), "steps": {"validate": ok()}}, "searched"),
        ({"last": after("relate_holders", "relate_licences"), "steps": {"validate": ok()}}, "related"),
        ({"steps": {"build_graph": ok(), "validate": ok()}}, "finished"),
        ({"last": after("people"), "steps": {"validate": ok()}}, "answered"),
    ],
)
def test_stage(policy, given, stage):
    """How far a document has come follows from what is known, and from who worked last."""
    assert policy.evaluate("Stage", context(**given)).value == stage


@pytest.mark.parametrize(
    ("given", "guard"),
    [
        ({}, "pass"),
        ({"facts": {"abuse_score": 0.94}}, "pass"),
        ({"facts": {"abuse_score": 0.95}}, "abusive"),
        ({"slo": {"ratio": 0.9}}, "late"),
        ({"budget": {"remaining": 0.002}}, "pass"),
        ({"budget": {"remaining": 0.0019}}, "spent"),
        ({"budget": {"remaining": 0.0099}, "facts": {"media": "image", "kind_score": 1.0}}, "spent"),
        ({"budget": {"remaining": 0.0099}, "facts": {"media": "text", "kind_score": 1.0}}, "pass"),
        ({"budget": {"remaining": 0.0099}, "facts": {"text": "", "empty_pages": [1]}}, "spent"),
        ({"budget": {"remaining": 0.01}, "facts": {"text": "", "empty_pages": [1]}}, "pass"),
        ({"budget": {"remaining": 0.0049}, "facts": {"text": ""}, "steps": {"discover": ok()}}, "spent"),
        ({"budget": {"remaining": 0.0001}, "facts": {"media": "empty"}}, "pass"),
    ],
)
def test_guard(policy, given, guard):
    """Abuse, time, and whether the money left pays for the very next step; without limits nothing is in the way."""
    assert policy.evaluate("Guard", context(**given)).value == guard


@pytest.mark.parametrize(
    ("last", "remedy", "stand_in"),
    [
        (after("detect_kind"), "none", None),
        (failure("detect_kind", "unavailable"), "replace", "sniff_kind"),
        (failure("detect_kind", "timeout"), "replace", "sniff_kind"),
        (failure("detect_kind", "missing"), "reject", None),
        (failure("check_abuse", "unavailable"), "replace", "check_abuse_words"),
        (failure("check_abuse", "crashed"), "replace", "check_abuse_words"),
        (failure("read_text", "binary"), "reject", None),
        (failure("read_text", "crashed"), "person", None),
        (failure("read_pdf", "corrupt"), "reject", None),
        (failure("read_pdf", "encrypted"), "person", None),
        (failure("ocr", "unavailable"), "person", None),
        (failure("ocr", "timeout"), "person", None),
        (failure("detect_language", "unavailable"), "none", None),
        (failure("find_dates", "crashed"), "none", None),
        (failure("relate_holders", "timeout"), "none", None),
        (failure("validate", "crashed"), "person", None),
    ],
)
def test_fallback(policy, last, remedy, stand_in):
    """Every failure has a remedy: a stand-in, an end, a person, or nothing where nothing is lost."""
    value = policy.evaluate("Fallback", context(last=last)).value
    assert value == {"remedy": remedy, "stand_in": stand_in}


def test_the_first_failure_of_a_hop_decides(policy):
    """A missing check for abuse outweighs a missing language, for it stands first in the fan-out."""
    outcomes = [failure(agent, "unavailable")["outcomes"][0] for agent in ("check_abuse", "detect_language")]
    last = {"agents": ["check_abuse", "discover", "detect_language"], "status": "partial", "outcomes": outcomes}
    assert policy.evaluate("Fallback", context(last=last)).value["stand_in"] == "check_abuse_words"


@pytest.mark.parametrize(
    ("facts", "steps", "grade"),
    [
        ({"media": "text", "kind_score": 0.5}, {}, "good"),
        ({"media": "text", "kind_score": 0.49}, {}, "unsure"),
        ({"media": "text", "kind_score": 0.49}, {"sniff_kind": ok(media="text")}, "doubtful"),
        (
            {"media": "pdf", "kind_score": 0.9},
            {"detect_kind": ok(media="text"), "sniff_kind": ok(media="pdf")},
            "doubtful",
        ),
        (
            {"media": "text", "kind_score": 0.85},
            {"detect_kind": ok(media="text"), "sniff_kind": ok(media="text")},
            "good",
        ),
        ({"media": "text", "kind_score": 0.85}, {"sniff_kind": ok(media="text")}, "good"),
        ({"media": "unsupported", "kind": "zip", "kind_score": 0.99}, {}, "unusable"),
        ({"media": "empty", "kind_score": 1.0}, {}, "unusable"),
        ({}, {}, "good"),
    ],
)
def test_kind(policy, facts, steps, grade):
    """A model that hesitates is asked to be confirmed once; two opinions that differ are a case for a person."""
    assert policy.evaluate("Kind", context(facts=facts, steps=steps)).value["grade"] == grade


SCANNED = {"media": "pdf", "words": 40, "empty_pages": [2]}
PICTURE = {"media": "image", "words": 40, "ocr_dpi": 100}


@pytest.mark.parametrize(
    ("facts", "grade"),
    [
        ({"words": 40, "text_score": 1.0}, "good"),
        ({"words": 40, "text_score": 0.69}, "doubtful"),
        ({"words": 2, "text_score": 1.0}, "unusable"),
        (SCANNED, "scanned"),
        ({**SCANNED, "ocr_score": 0.92, "ocr_dpi": 100}, "good"),
        ({**SCANNED, "ocr_score": 0.91, "ocr_dpi": 100}, "blurred"),
        ({**SCANNED, "ocr_score": 0.91, "ocr_dpi": 250}, "good"),
        ({**SCANNED, "ocr_score": 0.89, "ocr_dpi": 250}, "doubtful"),
        ({**PICTURE, "ocr_score": 0.89}, "doubtful"),
        ({**PICTURE, "ocr_score": 0.0, "words": 0}, "unusable"),
    ],
)
def test_legibility(policy, facts, grade):
    """The worst line decides; a page can be drawn larger once, a picture can't."""
    steps = {"ocr": ok()} if "ocr_score" in facts else {}
    assert policy.evaluate("Legibility", context(facts=facts, steps=steps)).value["grade"] == grade


FOUND = {"holder": 0.79, "licence": 0.49, "date": 1.0}


@pytest.mark.parametrize(
    ("coverage_of", "steps", "agents"),
    [
        (FOUND, {}, ["find_holders_thorough", "find_licences_thorough"]),
        ({**FOUND, "holder": 0.8}, {}, ["find_licences_thorough"]),
        ({**FOUND, "licence": None}, {}, ["find_holders_thorough"]),
        (FOUND, {"find_holders_thorough": ok()}, ["find_licences_thorough"]),
        (FOUND, {"find_holders_thorough": ok(), "find_licences_thorough": {"status": "failed"}}, []),
        ({"holder": 0.8, "licence": 0.5}, {}, []),
        ({}, {}, []),
    ],
)
def test_thorough(policy, coverage_of, steps, agents):
    """Low coverage calls for the thorough extractor of that kind, once."""
    value = policy.evaluate("Thorough", context(facts={"coverage_of": coverage_of}, steps=steps)).value
    assert (value or []) == agents


@pytest.mark.parametrize(
    ("facts", "steps", "grade"),
    [
        ({"contradictions": ["a date"], "coverage": 1.0}, {}, "doubtful"),
        ({"contradictions": [], "coverage": 0.5, "coverage_of": FOUND}, {}, "thin"),
        ({"contradictions": [], "coverage": 0.79, "coverage_of": {"date": 0.7}}, {}, "doubtful"),
        ({"contradictions": [], "coverage": 0.8, "coverage_of": {"date": 0.7}}, {}, "good"),
        ({"contradictions": []}, {}, "good"),
    ],
)
def test_findings(policy, facts, steps, grade):
    """Contradictions, gaps that can be searched again, gaps that can't; no evidence is no gap."""
    assert policy.evaluate("Findings", context(facts=facts, steps=steps)).value["grade"] == grade


@pytest.mark.parametrize(
    ("types", "agents"),
    [
        (["holder", "licence"], ["find_holders", "find_licences"]),
        (["amount", "date", "identifier"], ["find_dates", "find_identifiers", "find_amounts"]),
        ([], []),
        (None, []),
    ],
)
def test_extractors(policy, types, agents):
    """Each kind that occurs brings its extractor, in the order of the table."""
    assert (policy.evaluate("Extractors", context(facts={"entity_types": types})).value or []) == agents


@pytest.mark.parametrize(
    ("types", "agents"),
    [
        (["held_by", "licensed_under"], ["relate_holders", "relate_licences"]),
        (["held_by"], ["relate_holders"]),
        (None, []),
    ],
)
def test_relators(policy, types, agents):
    """Each kind of relation brings the agent that draws it."""
    assert (policy.evaluate("Relators", context(facts={"relation_types": types})).value or []) == agents


def test_quality_gives_the_words_of_the_failure(policy):
    """What an agent said when it failed becomes the reason."""
    last = failure("read_pdf", "encrypted", "the PDF file needs a password")
    value = policy.evaluate("Quality", context(last=last)).value
    assert value == {"grade": "doubtful", "why": "read_pdf: the PDF file needs a password"}


@pytest.mark.parametrize(("score", "grade"), [(0.79, "good"), (0.8, "doubtful"), (0.949, "doubtful"), (0.95, "good")])
def test_perhaps_abusive_is_a_case_for_a_person(policy, score, grade):
    """Between decent and abusive beyond doubt (which the guard takes care of) somebody has to look."""
    value = policy.evaluate("Quality", context(facts={"abuse_score": score, "text": ""})).value
    assert value["grade"] == grade


def route(policy: Model, **given: Any) -> dict[str, Any]:
    """The columns of the route that are set."""
    value = policy.evaluate("Route", context(**given)).value
    return {name: item for name, item in value.items() if item is not None}


def test_a_route_says_why_with_numbers(policy):
    """Reasons name the figures that the decision hung on."""
    facts = {"media": "pdf", "text": "", "pages": 3, "empty_pages": [1, 3], "words": 40}
    assert route(policy, facts=facts)["reason"] == "no text on 2 of 3 pages"
    blurred = {**facts, "ocr_score": 0.8288, "ocr_dpi": 100}
    found = route(policy, facts=blurred, steps={"ocr": ok()})
    assert (found["agent"], found["dpi"]) == ("ocr", 250)
    assert found["reason"] == "the worst line scored 0.8288 at 100 dpi"


def test_every_rule_says_why_in_words():
    """Each rule of each table has an annotation that reads well after `because`."""
    notes = [rule.findtext(f"{DMN}description") for rule in ElementTree.parse(TABLES).iter(f"{DMN}rule")]
    assert len(notes) > 60
    assert all(note and note[0].islower() and not note.endswith(".") for note in notes)


def test_camunda_takes_the_file():
    """What Zeebe refuses, or Modeler can't show, isn't there: empty outputs, missing ids, elements without a shape."""
    root = ElementTree.parse(TABLES).getroot()
    texts = [text.text for entry in root.iter(f"{DMN}outputEntry") for text in entry.iter(f"{DMN}text")]
    assert all(text and text.strip() for text in texts)
    elements = [element for element in root.iter() if element.tag.startswith(DMN)]
    unnamed = {"text", "description", "requiredDecision", "requiredInput"}
    assert all(element.get("id") for element in elements if element.tag.removeprefix(DMN) not in unnamed)
    drawn = {shape.get("dmnElementRef") for shape in root.iter() if shape.get("dmnElementRef")}
    kinds = ("decision", "inputData", "informationRequirement")
    assert drawn == {element.get("id") for kind in kinds for element in root.iter(DMN + kind)}


@pytest.mark.parametrize("status", ["start", "ok", "failed", "partial", "timeout", "signal"])
@pytest.mark.parametrize("known", ["nothing", "kind", "text", "discovery", "validation"])
def test_nulls_never_leave_a_document_without_a_route(policy, status, known):
    """Whatever is still unknown, some rule of every table matches, and the route has an agent or an action."""
    last = {"agents": [], "status": status, "outcomes": []}
    facts = {
        "nothing": {},
        "kind": {"media": "text"},
        "text": {"media": "text", "text": ""},
        "discovery": {"media": "text", "text": ""},
        "validation": {"media": "text", "text": ""},
    }[known]
    steps = {"discovery": {"discover": ok()}, "validation": {"validate": ok()}}.get(known, {})
    found = route(policy, last=last, facts=facts, steps=steps)
    assert {"agent", "action"} & set(found)
