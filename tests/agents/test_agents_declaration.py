"""How agents are declared, and what is said when they aren't."""

from __future__ import annotations

import pickle
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

import pytest
from pydantic import BaseModel

from dmnroute import AgentError, AgentFailure, Merge, Step, agent, facts
from dmnroute.agents.declaration import FEEL_WORDS
from dmnroute.agents.facts import is_facts, merge_rules
from dmnroute.agents.registry import Registry, spec_of
from dmnroute.feel.dialect import DIALECTS

if TYPE_CHECKING:
    from fractions import Fraction


class Page(BaseModel):
    path: str
    dpi: int = 300


class Text(BaseModel):
    text: str


@agent("read_text", cost="0.0002", timeout=30, requires=("json",), version="3")
async def read_text(page: Page, step: Step) -> Text:
    """Extract the text of one document.

    More about it.
    """
    step.report(confidence=0.97)
    return Text(text=page.path)


@agent("shout")
def shout(page: Page) -> Text:
    return Text(text=page.path.upper())


def said(declare: Any) -> str:
    with pytest.raises(AgentError) as caught:
        declare()
    return f"{caught.value.code}: {caught.value}"


def test_an_agent_is_its_function_with_a_contract() -> None:
    """Types, figures and the first line of the docstring."""
    assert (read_text.name, read_text.input_type, read_text.output_type) == ("read_text", Page, Text)
    assert (read_text.cost, read_text.timeout, read_text.version) == (Decimal("0.0002"), Decimal(30), "3")
    assert (read_text.description, read_text.is_async, read_text.takes_step) == (
        "Extract the text of one document.",
        True,
        True,
    )
    assert (shout.description, shout.is_async, shout.takes_step, shout.cost, shout.timeout) == (
        "",
        False,
        False,
        None,
        60,
    )


def test_calling_an_agent_calls_its_function() -> None:
    """In a test of one's own."""
    assert shout(Page(path="a")) == Text(text="A")


def test_routing_sees_an_agent_as_plain_data() -> None:
    """Fields, required ones, outputs; and what is wrong with an input."""
    spec = spec_of(read_text)
    assert (spec.fields, spec.required, spec.outputs) == ({"path", "dpi"}, {"path"}, {"text"})
    assert (spec.cost, spec.timeout, spec.version, spec.description) == (
        Decimal("0.0002"),
        30,
        "3",
        "Extract the text of one document.",
    )
    assert spec.problem is not None
    assert spec.problem({"path": "a", "dpi": Decimal(300)}) is None
    assert spec.problem({"dpi": "x"}) == (
        "path: field required; dpi: input should be a valid integer, unable to parse string as an integer"
    )


def test_schemas_are_json_schema() -> None:
    """Of input and output."""
    schemas = Registry({"shout": shout}).schemas()["shout"]
    assert schemas["input"]["required"] == ["path"]
    assert schemas["output"]["properties"] == {"text": {"title": "Text", "type": "string"}}


@pytest.mark.parametrize(
    ("name", "suggestion"), [("read-text", "read_text"), ("2nd", "2nd"), ("", "my_agent"), ("läs", "läs"), ("a\n", "a")]
)
def test_a_name_must_be_a_feel_identifier(name: str, suggestion: str) -> None:
    """Tables have to be able to write it."""
    assert said(lambda: agent(name)) == (
        f"agent_name: agent name `{name}` is not a FEEL identifier\n"
        f"hint: tables read `steps.<agent>`: use letters, digits and underscores, as in `{suggestion}`"
    )


def test_a_name_must_be_free() -> None:
    """People have one, FEEL has some."""
    assert said(lambda: agent("people")) == (
        "agent_name: agent name `people` is taken: it stands for the people who answer escalations\n"
        "hint: choose another one, as in `people_agent`"
    )
    assert said(lambda: agent("for")) == (
        "agent_name: agent name `for` is taken: it is a word of FEEL\nhint: choose another one, as in `for_agent`"
    )
    assert frozenset().union(*(dialect.reserved for dialect in DIALECTS.values())) == FEEL_WORDS


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"cost": -1}, "agent_cost: agent `a`: `cost` must be a number, not negative, not `-1`"),
        ({"cost": "cheap"}, "agent_cost: agent `a`: `cost` must be a number, not negative, not `cheap`"),
        ({"cost": float("nan")}, "agent_cost: agent `a`: `cost` must be a number, not negative, not `nan`"),
        ({"timeout": float("inf")}, "agent_timeout: agent `a`: `timeout` must be a number, not negative, not `inf`"),
        ({"timeout": 0}, "agent_timeout: agent `a`: `timeout` must be more than 0 seconds"),
    ],
)
def test_cost_and_timeout_must_make_sense(options: dict[str, Any], message: str) -> None:
    """They are counted with."""
    assert said(lambda: agent("a", **options)) == message


def no_types(page, step):  # type: ignore[no-untyped-def]  # that is the mistake
    return page


def two_models(page: Page, other: Page) -> Text:
    return Text(text="")


def nothing() -> Text:
    return Text(text="")


def plain_dict(page: dict[str, str]) -> Text:
    return Text(text="")


@pytest.mark.parametrize("function", [no_types, two_models, nothing, plain_dict])
def test_an_agent_takes_one_model_and_perhaps_a_step(function: Any) -> None:
    """The message shows how to write it."""
    assert said(lambda: agent("a")(function)) == (
        "agent_schema: agent `a` must take one pydantic model and optionally a `Step`\n"
        f"hint: write `def {function.__name__}(order: Order, step: Step) -> Answer:`"
    )


def gives_text(page: Page) -> str:
    return page.path


def gives_nothing(page: Page):  # type: ignore[no-untyped-def]  # that is the mistake
    return None


@pytest.mark.parametrize("function", [gives_text, gives_nothing])
def test_an_agent_says_that_it_returns_a_model(function: Any) -> None:
    """Its fields become facts."""
    assert said(lambda: agent("a")(function)) == (
        "agent_schema: agent `a` must say that it returns a pydantic model\n"
        "hint: the fields of the output become facts that tables can read"
    )


def unresolved(page: Fraction) -> Text:
    return Text(text="")


def test_types_are_needed_at_run_time() -> None:
    """An import for the type checker alone isn't enough."""
    assert said(lambda: agent("a")(unresolved)) == (
        "agent_schema: agent `a`: type hint `Fraction` can't be resolved\n"
        "hint: types of an agent are read at run time: import them outside `if TYPE_CHECKING`"
    )


def test_what_an_agent_requires_and_is_not_there_is_missing() -> None:
    """Also a part of a package that isn't there."""
    needs = agent("a", requires=("json", "no_such_module", "no_such.part", "json.no_part"))
    assert needs(shout.function).missing == ("no_such_module", "no_such.part", "json.no_part")


def test_a_failure_survives_pickling() -> None:
    """Kind, message and whether it may be tried again."""
    failure = pickle.loads(pickle.dumps(AgentFailure("busy", "come back later", retryable=True)))
    assert (failure.kind, failure.message, failure.retryable, str(failure)) == (
        "busy",
        "come back later",
        True,
        "come back later",
    )


def test_facts_say_how_they_merge() -> None:
    """A subclass isn't declared by itself."""

    @facts
    class Facts(BaseModel):
        pages: Annotated[list[int], Merge("append")] = []
        title: str = ""

    class More(Facts):
        pass

    assert merge_rules(Facts) == {"pages": "append"}
    assert (is_facts(Facts), is_facts(More), is_facts(3)) == (True, False, False)
    catalogue = Registry({}, (Facts,)).catalogue
    assert (catalogue.facts, catalogue.merge) == ({"pages", "title"}, {"pages": "append"})


def test_an_unknown_merge_rule_is_named() -> None:
    """With all that there are."""
    assert said(lambda: Merge("multiply")) == (  # type: ignore[arg-type]  # that is the mistake
        "merge_rule: unknown merge rule `multiply`\nhint: one of latest, append, union, sum, min, max"
    )
