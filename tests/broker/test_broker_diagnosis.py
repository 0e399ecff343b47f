"""Why a broker didn't start, in words for the person who has to act. The logs are from real failures."""

from __future__ import annotations

import pytest

from dmnroute.zeebe.broker.diagnosis import GIVEN_UP, failed_start

AT = "2026-11-23 08:30:08.668"
STARTING = f"{AT} INFO  i.c.z.b.StandaloneBroker [main] Starting StandaloneBroker v8.5.8\n"


def said(log: str, *, exit_code: int | None = 1, seconds: float = 120) -> str:
    return str(failed_start("dev", log, "/state/broker.log", exit_code=exit_code, seconds=seconds))


def test_a_taken_port() -> None:
    """Taken between our look and its start."""
    log = (
        STARTING + "***************************\nAPPLICATION FAILED TO START\n***************************\n\n"
        "Web server failed to start. Port 9600 was already in use.\n"
    )
    assert said(log) == (
        "broker `dev` didn't start: a port that it needs was taken meanwhile; the last lines of `/state/broker.log`:\n"
        "  ***************************\n"
        "  APPLICATION FAILED TO START\n"
        "  ***************************\n"
        "  Web server failed to start. Port 9600 was already in use.\n"
        "hint: start it again: another port is chosen; `--port-offset 100` moves all of them"
    )


def test_too_little_memory() -> None:
    """As the JVM says it when it ends by itself."""
    log = STARTING + "Terminating due to java.lang.OutOfMemoryError: Java heap space\n"
    assert said(log, exit_code=3) == (
        "broker `dev` didn't start: it has not enough memory; the last lines of `/state/broker.log`:\n"
        "  Terminating due to java.lang.OutOfMemoryError: Java heap space\n"
        "hint: give it another amount with `--memory`, or close something else"
    )


def test_ended_by_the_system() -> None:
    """The kernel leaves no word in the log."""
    assert said(STARTING, exit_code=-9) == (
        "broker `dev` didn't start: the system ended it by force, as it does when memory runs out; "
        "the last lines of `/state/broker.log`:\n"
        f"  {STARTING}"
        "hint: give it another amount with `--memory`, or close something else"
    )


def test_too_old_a_java() -> None:
    """Frames of stack traces aren't shown."""
    log = (
        "Error: LinkageError occurred while loading main class io.camunda.zeebe.broker.StandaloneBroker\n"
        "\tjava.lang.UnsupportedClassVersionError: class file version 65.0\n"
        "\tat java.base/java.lang.ClassLoader.defineClass1(Native Method)\n"
    )
    assert said(log) == (
        "broker `dev` didn't start: this Java is too old for it; the last lines of `/state/broker.log`:\n"
        "  Error: LinkageError occurred while loading main class io.camunda.zeebe.broker.StandaloneBroker\n"
        "  \tjava.lang.UnsupportedClassVersionError: class file version 65.0\n"
        "hint: set JAVA_HOME to Java 21 or newer"
    )


def test_not_ready_in_time() -> None:
    """Nothing is wrong but the time: what it was doing is shown."""
    assert said(STARTING, exit_code=None, seconds=1.5) == (
        "broker `dev` didn't start: it isn't ready after 1.5 seconds; the last lines of `/state/broker.log`:\n"
        f"  {STARTING}"
        "hint: is the machine busy? `--patience` gives it more seconds; the log says what it was doing"
    )


def test_an_end_without_a_word() -> None:
    """The exit code is all there is."""
    assert said("", exit_code=7) == (
        "broker `dev` didn't start: it ended with exit code 7; `/state/broker.log` is empty\n"
        "hint: the log says why; `dmnroute broker logs` shows more of it"
    )


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("Unrecognized VM option 'NoSuch'", "this Java doesn't know one of the options it was given"),
        ("Invalid maximum heap size: -Xmx99999999g", "this Java doesn't know one of the options it was given"),
        ("GC triggered before VM initialization completed.", "it has not enough memory"),
        ("OpenJDK: There is insufficient memory for the Java Runtime Environment", "it has not enough memory"),
        ("java.io.IOException: No space left on device", "the disk is full"),
        (
            "Failed to bind properties under 'zeebe.broker.cluster.partitions-count' to int:",
            "it refuses one of the settings that it was given",
        ),
        (
            "io.camunda.zeebe.journal.CorruptedJournalException: Couldn't read or recognize version of segment",
            "it can't read the data of an earlier start",
        ),
        ("NativeIoException: bind(..) failed: Address already in use", "a port that it needs was taken meanwhile"),
    ],
)
def test_causes_are_known_by_their_words(line: str, reason: str) -> None:
    """Whatever else is in the log."""
    assert said(f"{STARTING}{line}\n").startswith(f"broker `dev` didn't start: {reason}; the last lines of")


def test_long_logs_are_shown_by_their_end() -> None:
    """Twelve lines at most, and no endless ones; routine isn't shown when there is anything else."""
    log = "".join(f"{AT} WARN  x [main] {number} {'x' * 300}\n{STARTING}" for number in range(50))
    lines = said(log, exit_code=1).splitlines()[1:-1]
    assert [line.split()[5] for line in lines] == [str(number) for number in range(38, 50)]
    assert {len(line) for line in lines} == {2 + 200 + 1}


@pytest.mark.parametrize(
    "line",
    [
        "UncheckedExecutionException: Failed to start broker",
        "APPLICATION FAILED TO START",
        f"{AT} ERROR i.c.z.u.actor [zb-actors-0] Uncaught exception in 'Startup' in phase 'STARTED'.",
    ],
)
def test_giving_up_is_noticed_while_the_process_hangs(line: str) -> None:
    """Zeebe doesn't always end by itself then: waiting on would be in vain."""
    assert GIVEN_UP.search(f"{STARTING}{line}\n{STARTING}")
    assert not GIVEN_UP.search(STARTING)
