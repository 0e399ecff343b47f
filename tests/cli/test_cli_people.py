"""What people and operators say to runs: signal, answer, retry, cancel."""

from __future__ import annotations

from tests.cli.conftest import Bench, Cli

ASK = {"action": '"escalate"'}
DONE = {"action": '"complete"'}
ANSWERED = {"action": '"complete"', "result": "steps.people.output"}


def test_an_answer_drives_the_run_on(bench: Bench, cli: Cli) -> None:
    """The table finds it as `steps.people.output`."""
    bench.save("p", ASK, ANSWERED)
    cli("run", "p", "--run-id", "r1")
    said = cli("answer", "r1", "--input", "accepted=true", "--json")
    assert (said.code, said.json["result"]) == (0, {"accepted": True})


def test_an_answer_may_be_left_for_another_process(bench: Bench, cli: Cli) -> None:
    """With --no-drive it is only kept; `resume` goes on."""
    bench.save("p", ASK, ANSWERED)
    cli("run", "p", "--run-id", "r1")
    assert cli("answer", "r1", "--input", "a=1", "--no-drive", "--json").json["status"] == "escalated"
    said = cli("resume")
    assert said.out.splitlines()[-1] == "r1 completed"
    assert cli("show", "r1", "--json").json["result"] == {"a": 1}


def test_an_answer_that_nobody_asked_for_is_refused(bench: Bench, cli: Cli) -> None:
    """A run that ended takes no answer, and says so."""
    bench.save("p", DONE)
    cli("run", "p", "--run-id", "r1")
    said = cli("answer", "r1", "--input", "a=1")
    assert (said.code, said.err) == (1, "error: run `r1` has ended (completed)\n")


def test_an_empty_answer_is_no_answer(bench: Bench, cli: Cli) -> None:
    """Without --input nothing is sent."""
    said = cli("answer", "r1")
    assert (said.code, said.err) == (2, "error: the answer is missing\nhint: give it as `--input key=value`\n")


def test_a_signal_before_its_wait_counts(bench: Bench, cli: Cli) -> None:
    """The payload is what the table finds in `signals`; the same key is the same signal."""
    bench.save("p", ASK, {"action": '"wait"', "signal": '"paid"'}, {**DONE, "result": "signals.paid"})
    cli("run", "p", "--run-id", "r1")
    for amount in ("12.50", "99"):
        cli("signal", "r1", "paid", "--payload", f'{{"amount": {amount}}}', "--key", "k1")
    said = cli("answer", "r1", "--input", "a=1", "--json")
    assert '"amount": 12.50' in said.out
    assert len(said.json["signals"]) == 1


def test_an_answer_to_a_child_drives_its_parent_on(bench: Bench, cli: Cli) -> None:
    """The parent stood still for its child; it goes on by itself when the child is answered."""
    bench.save("child", ASK, ANSWERED)
    bench.save("parent", {"agent": '"run:child"'}, DONE)
    assert "r1 running after 1 hop" in cli("run", "parent", "--run-id", "r1").out
    cli("answer", "r1/1.1", "--input", "name=Ada")
    parent = cli("show", "r1", "--json").json
    assert (parent["status"], parent["result"]) == ("completed", {"name": "Ada"})


def test_a_stopped_run_goes_on_by_the_corrected_policy(bench: Bench, cli: Cli) -> None:
    """`retry` decides the hop anew, by the version as it is then."""
    bench.save("p", {"agent": '"greet"'})
    assert cli("run", "p", "--run-id", "r1").code == 1
    bench.save("p", {"agent": '"greet"'}, DONE)
    said = cli("retry", "r1", "--json")
    assert (said.code, said.json["status"]) == (0, "completed")
    assert [hop["decision"]["version"] for hop in said.json["hops"]] == [1, 2]


def test_a_run_that_does_not_stand_still_cannot_be_retried(bench: Bench, cli: Cli) -> None:
    """The error says how the run stands."""
    bench.save("p", ASK, DONE)
    cli("run", "p", "--run-id", "r1")
    said = cli("retry", "r1")
    assert (said.code, said.err) == (1, "error: run `r1` isn't stopped; it is escalated\n")


def test_cancelling_a_run_cancels_its_children(bench: Bench, cli: Cli) -> None:
    """Nothing goes on for a run that nobody wants."""
    bench.save("child", ASK, DONE)
    bench.save("parent", {"agent": '"run:child"'}, DONE)
    cli("run", "parent", "--run-id", "r1")
    assert cli("cancel", "r1").out == "r1 cancelled\nr1/1.1 cancelled\n"
    assert cli("runs", "--status", "escalated").out == "no runs\n"


def test_cancelling_a_child_lets_its_parent_decide(bench: Bench, cli: Cli) -> None:
    """The parent's table sees a child that came to nothing, and goes on."""
    bench.save("child", ASK, DONE)
    bench.save("parent", {"agent": '"run:child"'}, {**DONE, "result": "steps.child.status"})
    cli("run", "parent", "--run-id", "r1")
    cli("cancel", "r1/1.1")
    assert cli("show", "r1", "--json").json["result"] == "cancelled"


def test_cancelling_twice_changes_nothing(bench: Bench, cli: Cli) -> None:
    """The second time says that the run has ended."""
    bench.save("p", ASK, DONE)
    cli("run", "p", "--run-id", "r1")
    cli("cancel", "r1")
    said = cli("cancel", "r1")
    assert (said.code, said.out) == (0, "r1 has ended before (cancelled); nothing changes\n")


def test_a_mistyped_run_is_guessed(bench: Bench, cli: Cli) -> None:
    """Every command that names a run suggests the one that was meant."""
    bench.save("p", ASK, DONE)
    cli("run", "p", "--run-id", "order-17")
    expected = "error: unknown run `order-71`; did you mean `order-17`?\nhint: `dmnroute runs` lists them\n"
    calls = [
        ("show", "order-71"),
        ("signal", "order-71", "paid"),
        ("answer", "order-71", "--input", "a=1"),
        ("retry", "order-71"),
        ("cancel", "order-71"),
        ("resume", "order-71"),
        ("events", "--run", "order-71"),
    ]
    for call in calls:
        said = cli(*call)
        assert (said.code, said.out, said.err) == (1, "", expected), call
