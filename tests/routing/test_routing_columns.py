"""What the output columns of the route may say, and what is said when they say something else."""

from __future__ import annotations

from decimal import Decimal

import pytest
from tests.routing.deciding import decided, limited, one_rule, planned, refused, run, version
from tests.support.tables import route

from dmnroute.errors import RouteError
from dmnroute.routing.catalogue import Catalogue
from dmnroute.routing.history import History
from dmnroute.routing.records.run import Limits


def test_an_agent_takes_its_input_by_name() -> None:
    """The run's input fills the field, the agent's own figures fill the step."""
    (step,) = planned(agent='"ocr"').steps
    assert (step.id, step.run, step.agent, step.type, step.version) == ("r/1.1", "r", "ocr", "agent.ocr", "2")
    assert (step.input, step.timeout, step.reserve) == ({"path": "a.pdf"}, Decimal(30), Decimal("0.1"))
    assert (step.retries, step.priority, step.reuse, step.max_cost) == (0, 0, False, None)
    assert (step.max_output, step.process, step.attempt) == (65_536, None, 1)


def test_every_step_column_reaches_the_step() -> None:
    """Timeout, retries, max_cost, priority, reuse and `as`."""
    (step,) = planned(
        agent='"ocr"', timeout="7", retries="2", max_cost="0.05", priority="3", reuse="true", as_='"first"'
    ).steps
    assert (step.timeout, step.retries, step.max_cost, step.priority, step.reuse) == (7, 2, Decimal("0.05"), 3, True)
    assert (step.agent, step.type, step.reserve) == ("first", "agent.ocr", Decimal("0.05"))
    assert step.deadline is not None
    assert step.deadline.isoformat() == "2026-03-01T12:00:07+00:00"


def test_parameter_columns_win_over_input_facts_and_the_runs_input() -> None:
    """A column with the name of an input field fills it."""
    (step,) = planned(agent='"ocr"', dpi="300", input='{dpi: 600, path: "b.pdf"}').steps
    assert step.input == {"path": "b.pdf", "dpi": Decimal(300)}


def test_a_field_with_a_reserved_name_is_filled_through_input() -> None:
    """The column `input` is never the field `input`."""
    (step,) = planned(agent='"ocr"', input='{input: "x"}').steps
    assert step.input == {"path": "a.pdf", "input": "x"}


def test_null_leaves_a_field_to_the_next_source() -> None:
    """An unset column hides nothing."""
    (step,) = planned(agent='"ocr"', path="null").steps
    assert step.input == {"path": "a.pdf"}


def test_an_element_that_is_a_context_fills_fields_by_name_and_item_as_a_whole() -> None:
    """Agents may take its fields, or all of it."""
    steps = planned(agent='"ocr"', for_each='[{path: "x"}, {path: "y", item: 1}]').steps
    assert [step.input for step in steps] == [{"path": "x", "item": {"path": "x"}}, {"path": "y", "item": Decimal(1)}]


def test_an_element_that_is_no_context_fills_item() -> None:
    """A number, a text or a list."""
    steps = planned(agent='"ocr"', for_each='[1, "b", [2]]').steps
    assert [step.input["item"] for step in steps] == [1, "b", [2]]


def test_batches_fill_items() -> None:
    """The last one may be shorter."""
    steps = planned(agent='"ocr"', for_each="[1, 2, 3]", batch="2").steps
    assert [step.input["items"] for step in steps] == [[1, 2], [3]]


def test_every_agent_of_a_list_gets_every_element() -> None:
    """Agents first, elements inside."""
    steps = planned(agent='["ocr", "ask"]', for_each="[1, 2]").steps
    assert [(step.id, step.agent) for step in steps] == [
        ("r/1.1", "ocr"),
        ("r/1.2", "ocr"),
        ("r/1.3", "ask"),
        ("r/1.4", "ask"),
    ]


def test_pick_first_takes_the_first_of_a_list() -> None:
    """`pick` is about the agents of one row."""
    assert [step.agent for step in planned(agent='["ask", "ocr"]', pick='"first"').steps] == ["ask"]


def test_an_empty_for_each_is_a_hop_without_steps() -> None:
    """Null means no `for_each` at all, an empty list means nothing to do."""
    assert planned(agent='"ocr"', for_each="[]").steps == ()
    assert len(planned(agent='"ocr"', for_each="null").steps) == 1


@pytest.mark.parametrize(
    ("join", "needed"),
    [('"all"', None), ("null", None), ('"any"', 1), ('"majority"', 2), ("2", 2), ("7", 7)],
)
def test_a_join_is_a_number_of_ok_outcomes(join: str, needed: int | None) -> None:
    """Of three steps."""
    assert planned(agent='["ask", "ask", "ask"]', join=join).join == needed


def test_durations_are_seconds() -> None:
    """Wherever seconds are expected."""
    assert planned(action='"wait"', wait='duration("PT1M30S")').wait == 90
    assert planned(agent='"ask"', timeout='duration("PT0.5S")').steps[0].timeout == Decimal("0.5")


def test_dates_and_durations_are_recorded_as_json() -> None:
    """Input, result: dates and times as ISO text, durations as seconds, decimals exact."""
    plan = planned(
        action='"complete"',
        result='{day: date("2026-01-02"), at: date and time("2026-01-02T03:04:05Z"), clock: time("03:04:05"),'
        ' short: duration("PT90S"), long: duration("P1Y2M"), n: 0.1}',
    )
    assert plan.result == {
        "day": "2026-01-02",
        "at": "2026-01-02T03:04:05+00:00",
        "clock": "03:04:05",
        "short": Decimal(90),
        "long": "P1Y2M",
        "n": Decimal("0.1"),
    }


def test_what_json_cannot_carry_is_refused() -> None:
    """A range in a result, as DMN's own dialect has it."""
    text = route(["run.hop"], ["action", "result"], [["-", '"complete"', "{r: [1..3]}"]])
    standard = version(text.replace(' modeler:executionPlatform="Camunda Cloud"', ""))
    assert refused(policy=standard) == (
        "wrong_type: column `result` can't be recorded: a value of type `Range` has no JSON form\n"
        "p.dmn, decision `Route`, rule 1, output result\n"
        "hint: use texts, numbers, booleans, dates, times, durations, lists and contexts"
    )


def test_complete_returns_the_facts_unless_told_otherwise() -> None:
    """`fail` returns nothing by itself."""
    assert planned(action='"complete"').result == {}
    assert planned(action='"complete"', result="7").result == 7
    assert planned(action='"fail"', reason='"no"').result is None
    assert planned(action='"fail"', result='"half"').result == "half"


def test_escalation_has_a_task_for_people() -> None:
    """Group, form, what they see, and how long to wait."""
    plan = planned(action='"escalate"', group='"desk"', form='"f1"', input="{q: 1}", wait="60")
    assert (plan.group, plan.form, plan.wait) == ("desk", "f1", 60)
    (step,) = plan.steps
    assert (step.id, step.agent, step.type, step.input, step.timeout) == ("r/1.1", "people", "people", {"q": 1}, 60)


def test_waits_and_tasks_end_at_the_deadline_of_the_run() -> None:
    """The limit of time holds whatever a table says."""
    soon = limited(time=Decimal(10))
    assert planned(soon, action='"wait"', signal='"s"').wait == 10
    assert planned(soon, action='"wait"', wait="3600").wait == 10
    assert planned(soon, action='"wait"', wait="5").wait == 5
    assert planned(soon, action='"escalate"').wait == 10
    assert planned(soon, agent='"ocr"').steps[0].timeout == 10
    assert planned(soon, agent='"run:child"').steps[0].timeout == 10


def test_the_allowances_of_steps_never_exceed_what_is_left() -> None:
    """Named ones are honoured, the rest is shared; too great ones get equal parts at most."""
    dollar = limited(cost=Decimal(1))
    assert [s.max_cost for s in planned(dollar, agent='["ask", "ask"]').steps] == [Decimal("0.5")] * 2
    assert [s.max_cost for s in planned(dollar, agent='["ask", "ask"]', max_cost="0.8").steps] == [Decimal("0.5")] * 2
    assert [s.max_cost for s in planned(dollar, agent='["ask", "ask"]', max_cost="0.3").steps] == [Decimal("0.3")] * 2
    rules = [["-", '"ask"', "0.4"], ["-", '["ask", "ask"]', "null"]]
    policy = version(route(["run.hop"], ["agent", "max_cost"], rules, hit_policy="COLLECT"))
    costs = [step.max_cost for step in decided(policy, dollar).plan.steps]
    assert costs == [Decimal("0.4"), Decimal("0.3"), Decimal("0.3")]


def test_a_child_reserves_all_that_it_may_spend() -> None:
    """Nothing when it may spend nothing."""
    dollar = limited(cost=Decimal(1))
    assert planned(dollar, agent='"run:child"').steps[0].reserve == 1
    assert planned(dollar, agent='"run:child"', max_cost="0.2").steps[0].reserve == Decimal("0.2")
    assert planned(dollar, agent='"run:child"', max_cost="0").steps[0].reserve == 0
    assert planned(agent='"run:child"').steps[0].reserve == 0


def test_children_and_processes_take_any_parameter() -> None:
    """Their input is the run's own, overlaid by `input`, the columns and the element."""
    (step,) = planned(agent='"run:child"', colour='"red"', input="{size: 2}", for_each="[{n: 1}]").steps
    assert step.input == {"path": "a.pdf", "size": 2, "colour": "red", "n": 1}
    assert (step.agent, step.type, step.process, step.timeout) == ("child", "run:child", None, 3600)
    (step,) = planned(agent='"process:post-mail"').steps
    assert (step.agent, step.type, step.process) == ("post-mail", "process:post-mail", "post-mail")


def test_inline_outputs_of_a_wide_hop_are_small() -> None:
    """All together fit into a megabyte."""
    steps = planned(limited(width=100), agent='"ask"', for_each="for n in 1..100 return n").steps
    assert {step.max_output for step in steps} == {10_000}


def test_several_rules_may_leave_a_hop_column_to_one_of_them() -> None:
    """Nulls aside they have to agree."""
    rules = [["-", '"ask"', "null"], ["-", '"ask"', '"any"'], ["-", '"ask"', '"any"']]
    policy = version(route(["run.hop"], ["agent", "join"], rules, hit_policy="COLLECT"))
    assert decided(policy).plan.join == 1


def test_a_table_with_one_column_is_read_by_its_name() -> None:
    """The value is no context then."""
    assert decided(version(route(["run.hop"], ["agent"], [["-", '"ocr"']]))).plan.steps[0].agent == "ocr"


CHILD_AT_THE_BOTTOM = History(run(limits=Limits(depth=0)))

EVERY_WRONG_TYPE = [
    ("agent", "7", "an agent name or a list of names, not `7`", 'texts have quotes in FEEL: `"ocr"`'),
    ("agent", '["ocr", 7]', "an agent name or a list of names, not a list of 2", 'texts have quotes in FEEL: `"ocr"`'),
    ("agent", "{}", "an agent name or a list of names, not a context", 'texts have quotes in FEEL: `"ocr"`'),
    ("action", "7", "a text, not `7`", ""),
    ("action", '"compleet"', "one of dispatch, wait, escalate, complete, fail; did you mean `complete`?", ""),
    ("join", "true", 'a number, a word like `"any"`, or a FEEL condition in quotes, not the boolean `true`', ""),
    ("tolerate", "1.5", "a whole number of steps, or a share between 0 and 1, not `1.5`", ""),
    ("tolerate", "-1", "a whole number of steps, or a share between 0 and 1, not `-1`", ""),
    ("tolerate", '"few"', 'a whole number of steps, or a share between 0 and 1, not the text `"few"`', ""),
    ("join", "0", "a whole number from 1 to 1000000, not `0`", ""),
    ("join", "1.5", "a whole number from 1 to 1000000, not `1.5`", ""),
    ("pick", '"best"', '`"all"` or `"first"`, not the text `"best"`', ""),
    ("wait", '"soon"', 'a number of seconds (or a duration), from 0 to a hundred years, not the text `"soon"`', ""),
    ("wait", "-1", "a number of seconds (or a duration), from 0 to a hundred years, not `-1`", ""),
    (
        "wait",
        'duration("P1Y")',
        'a number of seconds (or a duration), from 0 to a hundred years, not the text `"P1Y"`',
        "",
    ),
    (
        "wait",
        "10**20",
        "a number of seconds (or a duration), from 0 to a hundred years, not `100000000000000000000`",
        "",
    ),
    ("signal", "true", "a text, not the boolean `true`", ""),
    ("signal", '["a", 1]', "a text or a list of texts, not a list of 2", ""),
    ("until", "60", "a date and time, not `60`", 'as in `date and time("2026-12-01T09:00:00Z")`'),
    (
        "until",
        '"noon"',
        'a date and time, not the text `"noon"`',
        'as in `date and time("2026-12-01T09:00:00Z")`',
    ),
    ("group", "[1]", "a text or a list of texts, not a list of 1", ""),
    ("assignee", "7", "a text, not `7`", ""),
    ("due", '"soon"', 'a date and time, not the text `"soon"`', 'as in `date and time("2026-12-01T09:00:00Z")`'),
    ("remind", "0", "a number of seconds (or a duration), more than 0, not `0`", ""),
    ("form", "1", "a text, not `1`", ""),
    ("reason", "1", "a text, not `1`", ""),
    ("input", "1", "a context, not `1`", ""),
    ("for_each", '"x"', 'a list, not the text `"x"`', ""),
    (
        "as",
        '"my kid"',
        'a name of letters, digits and underscores, not the text `"my kid"`',
        "tables read `steps.<name>`",
    ),
    ("timeout", "0", "a number of seconds (or a duration), more than 0, not `0`", ""),
    ("timeout", "true", "a number of seconds (or a duration), from 0 to a hundred years, not the boolean `true`", ""),
    ("retries", "-1", "a whole number from 0 to 1000000, not `-1`", ""),
    ("retries", "10**40", "a whole number from 0 to 1000000, not `1.000000000000000000000000000000000E+40`", ""),
    ("max_cost", "-0.1", "an amount in USD, not negative, not `-0.1`", ""),
    ("priority", '"high"', 'a whole number from 0 to 1000000, not the text `"high"`', ""),
    ("reuse", '"yes"', 'a boolean, `"run"`, `"tenant"` or `"global"`, not the text `"yes"`', ""),
]


@pytest.mark.parametrize(("column", "cell", "expected", "hint"), EVERY_WRONG_TYPE)
def test_a_value_of_the_wrong_type_is_named(column: str, cell: str, expected: str, hint: str) -> None:
    """Column, what it must be, and what it is."""
    given = {"agent": '"ocr"'} | {f"{column}_" if column == "as" else column: cell}
    if column in ("action", "wait", "until", "signal", "group", "form", "assignee", "due", "remind"):
        del given["agent"]
        given.setdefault("action", '"wait"')
    message = f"wrong_type: column `{column}` must be {expected}"
    if "did you mean" in expected:
        message += ', not the text `"compleet"`'
    place = f"p.dmn, decision `Route`, rule 1, output {column}"
    assert refused(**given) == "\n".join([message, place, *([f"hint: {hint}"] if hint else [])])


def test_batch_must_be_a_whole_number() -> None:
    """It is read where there is a `for_each`."""
    assert refused(agent='"ocr"', for_each="[1]", batch="0") == (
        "wrong_type: column `batch` must be a whole number from 1 to 1000000, not `0`\n"
        "p.dmn, decision `Route`, rule 1, output batch"
    )


def test_long_texts_are_cut_in_messages() -> None:
    """Sixty characters say enough."""
    assert f'`"{"x" * 60}…"`' in refused(agent='"ocr"', reuse=f'"{"x" * 100}"')


@pytest.mark.parametrize(
    ("history", "cells", "message"),
    [
        (
            None,
            {"agent": '"ocrr"'},
            "unknown_agent: unknown agent `ocrr`; did you mean `ocr`?\n"
            "p.dmn, decision `Route`, rule 1\n"
            "hint: known agents: `ask`, `ocr`",
        ),
        (
            None,
            {"agent": '"ocr"', "dpy": "300"},
            "unknown_column: column `dpy` is no input field of `ocr`; did you mean `dpi`?\n"
            "p.dmn, decision `Route`, rule 1\n"
            "hint: input fields: dpi, input, item, items, path",
        ),
        (
            None,
            {"agent": '["ocr", "ask"]', "zz": "1", "aa": "1"},
            "unknown_column: column `aa` is no input field of `ocr` or `ask`\n"
            "p.dmn, decision `Route`, rule 1\n"
            "hint: input fields: dpi, input, item, items, path, question, text",
        ),
        (
            None,
            {"agent": '"ocr"', "action": '"complete"'},
            "route_conflict: action `complete` and agent `ocr` exclude each other\n"
            "p.dmn, decision `Route`, rule 1\n"
            "hint: a hop either dispatches steps or does something else",
        ),
        (
            None,
            {"agent": "null", "action": "null"},
            "empty_route: the matched rules name neither an agent nor an action\n"
            "p.dmn, decision `Route`, rule 1\n"
            'hint: give `agent`, or `action` as one of "wait", "escalate", "complete", "fail"',
        ),
        (
            None,
            {"action": '"wait"'},
            "endless_wait: the action `wait` needs `wait` (seconds), `until` (a date and time) or `signal` (names)\n"
            "p.dmn, decision `Route`, rule 1",
        ),
        (
            None,
            {"action": '"wait"', "signal": '""'},
            "endless_wait: the action `wait` needs `wait` (seconds), `until` (a date and time) or `signal` (names)\n"
            "p.dmn, decision `Route`, rule 1",
        ),
        (
            History(run(input={})),
            {"agent": '"ocr"'},
            "invalid_input: agent `ocr` needs `path`, and nothing gives it\n"
            "p.dmn, decision `Route`, rule 1\n"
            "hint: looked in the columns, `input`, the facts and `run.input` for `path`",
        ),
        (
            None,
            {"agent": '"ocr"', "input": "{dpu: 1}"},
            "invalid_input: agent `ocr` has no input field `dpu`; did you mean `dpi`?\n"
            "p.dmn, decision `Route`, rule 1\n"
            "hint: its fields: dpi, input, item, items, path",
        ),
        (
            None,
            {"agent": '"ask"', "question": '"?"'},
            "invalid_input: the input of agent `ask` doesn't fit its schema: question: too short\n"
            "p.dmn, decision `Route`, rule 1",
        ),
        (
            limited(width=2),
            {"agent": '"ask"', "for_each": "[1, 2, 3]"},
            "too_wide: the hop has 3 steps, and a hop of this run may have 2\n"
            "p.dmn, decision `Route`, rule 1\n"
            "hint: the column `batch` gives several elements of `for_each` to one step,"
            " or to one child run (`run:<policy>`)",
        ),
        (
            CHILD_AT_THE_BOTTOM,
            {"agent": '"run:p"'},
            "too_deep: child run `run:p` would be nested deeper than this run may go\n"
            "p.dmn, decision `Route`, rule 1\n"
            "hint: does a policy start itself? the limit `depth` says how deep children may be nested",
        ),
    ],
)
def test_a_route_that_cannot_be_carried_out_is_named(
    history: History | None, cells: dict[str, str], message: str
) -> None:
    """Code, message, place and hint."""
    assert refused(history, **cells) == message


def test_without_agents_the_hint_says_so() -> None:
    """Nothing is known to choose from."""
    with pytest.raises(RouteError, match="hint: no agents are loaded"):
        decided(one_rule(agent='"ocr"'), catalogue=Catalogue())


def test_rules_that_disagree_on_the_hop_are_named() -> None:
    """With both values."""
    rules = [["-", '"ask"', "1"], ["-", '"ask"', "null"], ["-", '"ask"', "2"]]
    policy = version(route(["run.hop"], ["agent", "join"], rules, hit_policy="COLLECT"))
    assert refused(policy=policy) == (
        "route_conflict: rules 1 and 3 disagree on `join`: `1` and `2`\n"
        "p.dmn, decision `Route`, rule 3\n"
        "hint: columns of the hop must agree where several rules match; null leaves it to the other rules"
    )
