"""The command as a process of its own: exit codes, streams, signals, start-up."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from tests.cli.conftest import Bench

COMMAND = [sys.executable, "-c", "from dmnroute.cli import main; main()"]

SLEEPER = '''
import time
from pydantic import BaseModel
from dmnroute import agent

class Nothing(BaseModel):
    pass

@agent("sleep_long", cost=0, timeout=60)
def sleep_long(given: Nothing) -> Nothing:
    """Sit in a thread that nobody can cancel."""
    print("asleep", flush=True)
    time.sleep(30)
    return given
'''


def dmnroute(*words: str, **options: object) -> subprocess.CompletedProcess[str]:
    """Run the command to its end."""
    return subprocess.run([*COMMAND, *words], capture_output=True, text=True, timeout=60, **options)  # type: ignore[call-overload, no-any-return]  # any option of `subprocess.run`


def test_exit_codes_say_how_it_went(bench: Bench) -> None:
    """0 done, 1 the run failed, 2 the call makes no sense."""
    bench.save("good", {"agent": '"greet"'}, {"action": '"complete"'})
    bench.save("bad", {"action": '"fail"'})
    assert dmnroute("run", "good").returncode == 0
    assert dmnroute("run", "bad").returncode == 1
    assert dmnroute("run").returncode == 2


def test_json_is_all_that_stdout_has(bench: Bench) -> None:
    """It parses, whatever is logged: logs go to stderr."""
    bench.save("good", {"agent": '"greet"'}, {"action": '"complete"'})
    done = dmnroute("-vv", "run", "good", "--json")
    assert json.loads(done.stdout)["status"] == "completed"
    events = [json.loads(line)["event"] for line in done.stderr.splitlines()]
    assert events == ["hop decided", "step ended", "hop decided"]


def test_a_pipe_gets_no_colours(bench: Bench) -> None:
    """Neither results nor errors nor help have escape codes."""
    bench.save("good", {"action": '"complete"'})
    for words in (["run", "good"], ["runs"], ["show", "nobody"], ["--help"], ["shw"]):
        done = dmnroute(*words, env={**os.environ, "FORCE_COLOR": "", "TERM": "xterm-256color"})
        assert "\x1b" not in done.stdout + done.stderr, words


@pytest.mark.parametrize(("no_color", "has_colours"), [("", True), ("1", False)])
def test_a_terminal_gets_colours_unless_it_wants_none(bench: Bench, no_color: str, has_colours: bool) -> None:
    """NO_COLOR holds on a terminal, too."""
    ours, theirs = pty.openpty()
    env = {**os.environ, "TERM": "xterm-256color", "NO_COLOR": no_color}
    subprocess.run([*COMMAND, "show", "nobody"], stderr=theirs, env=env, timeout=60, check=False)
    os.close(theirs)
    said = os.read(ours, 10_000).decode()
    os.close(ours)
    assert "unknown run `nobody`" in said
    assert ("\x1b[1;31m" in said) == has_colours


def test_a_reader_that_leaves_is_no_error(bench: Bench) -> None:
    """`dmnroute events | head -1` is quiet."""
    bench.save("good", {"agent": '"greet"'}, {"action": '"complete"'})
    dmnroute("run", "good")
    ours, theirs = os.pipe()
    os.close(ours)
    done = subprocess.run(
        [*COMMAND, "events"], stdout=theirs, stderr=subprocess.PIPE, text=True, timeout=60, check=False
    )
    os.close(theirs)
    assert (done.returncode, done.stderr) == (1, "")


def test_ctrl_c_ends_cleanly_and_resume_goes_on(bench: Bench) -> None:
    """One line instead of a traceback, code 130, at once even while an agent sits in a thread; nothing is lost."""
    (bench.root / "workers" / "sleeper.py").write_text(SLEEPER)
    bench.save("p", {"agent": '"greet"'}, {"agent": '"sleep_long"'}, {"action": '"complete"'})
    process = subprocess.Popen(
        [*COMMAND, "run", "p", "--run-id", "r1"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    while "asleep" not in process.stdout.readline():
        pass
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (130, "stopped; `dmnroute resume` goes on\n")
    (bench.root / "workers" / "sleeper.py").write_text(SLEEPER.replace("time.sleep(30)", "pass"))
    done = dmnroute("resume", "--json")
    assert json.loads(done.stdout)["driven"] == {"r1": "completed"}


def test_what_agents_print_is_kept_out_of_json(bench: Bench) -> None:
    """A talkative agent or library doesn't break the document."""
    (bench.root / "workers" / "sleeper.py").write_text(SLEEPER.replace("time.sleep(30)", "pass"))
    bench.save("p", {"agent": '"sleep_long"'}, {"action": '"complete"'})
    done = dmnroute("run", "p", "--json")
    assert json.loads(done.stdout)["status"] == "completed"
    assert done.stderr == "asleep\n"


def test_a_patient_run_takes_the_answer_of_another_process(bench: Bench) -> None:
    """Who answers is told that the run is driven already; the patient process goes on with it."""
    bench.save("p", {"action": '"escalate"'}, {"action": '"complete"', "result": "steps.people.output"})
    words = [*COMMAND, "run", "p", "--run-id", "r1", "--patient"]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    while "escalate" not in process.stdout.readline():
        pass
    answered = dmnroute("answer", "r1", "--input", "ok=true")
    out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, "")
    assert out.endswith('{\n  "ok": true\n}\n')
    assert answered.returncode == 0
    assert "drives it on" in answered.stdout or "completed" in answered.stdout


def test_ctrl_c_in_a_list_of_events_just_ends_it(bench: Bench) -> None:
    """There is nothing to resume."""
    bench.save("good", {"action": '"complete"'})
    dmnroute("run", "good")
    process = subprocess.Popen(
        [*COMMAND, "events", "--follow", "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    kinds = [json.loads(process.stdout.readline())["kind"] for _ in range(4)]
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert kinds == ["policy_changed", "run_started", "hop_decided", "run_ended"]
    assert (process.returncode, err) == (130, "")


def test_a_killed_run_goes_on_where_it_was(bench: Bench) -> None:
    """After SIGKILL nothing that was recorded is done again."""
    (bench.root / "workers" / "sleeper.py").write_text(SLEEPER)
    bench.save("p", {"agent": '"greet"'}, {"agent": '"sleep_long"'}, {"action": '"complete"'})
    process = subprocess.Popen([*COMMAND, "run", "p", "--run-id", "r1"], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    while "asleep" not in process.stdout.readline():
        pass
    process.kill()
    process.communicate(timeout=60)
    (bench.root / "workers" / "sleeper.py").write_text(SLEEPER.replace("time.sleep(30)", "pass"))
    assert dmnroute("resume").returncode == 0
    shown = json.loads(dmnroute("show", "r1", "--json").stdout)
    assert (shown["status"], shown["cost"], len(shown["hops"])) == ("completed", 0.1, 3)


def test_help_loads_nothing_heavy() -> None:
    """Start-up is a feature: the parts are imported when a command needs them."""
    heavy = ("sqlalchemy", "pydantic", "lxml", "structlog", "rich", "starlette", "uvicorn", "grpc", "dmnroute.app")
    code = (
        "import sys\nfrom dmnroute.cli.entry import exit_code\nexit_code(['--help'])\n"
        f"print([name for name in {heavy!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout.startswith("Usage: dmnroute ")
    assert done.stderr == "[]\n"


def test_the_commands_of_a_new_project_work_there_at_once(tmp_path: Path) -> None:
    """init, check, run and the project's own tests, as a newcomer would."""
    made = dmnroute("init", "my-project", cwd=tmp_path)
    assert (made.returncode, made.stderr) == (0, "")
    project = tmp_path / "my-project"
    checked = dmnroute("check", "dmn/triage.dmn", cwd=project)
    assert (checked.returncode, checked.stdout) == (0, "0 errors, 0 warnings\n")
    run = dmnroute("run", "triage", "--input", "text=I was charged twice", "--json", cwd=project)
    assert json.loads(run.stdout)["result"] == {"topic": "billing", "decided by": "agent"}
    assert (project / "runs.db").is_file()
    tests = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:asyncio"],
        cwd=project,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert "8 passed" in tests.stdout, tests.stdout + tests.stderr


def test_deployments_are_taken_until_sigterm(bench: Bench) -> None:
    """The address is said first; the end is clean, and what was deployed decides."""
    file = bench.save("hello", {"agent": '"greet"'}, {"action": '"complete"'})
    process = subprocess.Popen(
        [*COMMAND, "serve", "--port", "0", "--grpc-port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "DMNROUTE_LOG_LEVEL": "info"},
    )
    assert process.stdout is not None
    said = process.stdout.readline()
    address = re.fullmatch(r"deployments go to (http://127.0.0.1:\d+) or grpc://\S+, for this machine; .*\n", said)
    assert address, said
    text = file.read_bytes()
    body = (
        b'--x\r\nContent-Disposition: form-data; name="resources"; filename="hello.dmn"\r\n\r\n' + text + b"\r\n--x--"
    )
    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    request = urllib.request.Request(f"{address[1]}/v2/deployments", data=body, headers=kind)
    with urllib.request.urlopen(request, timeout=60) as answer:
        assert json.load(answer)["policies"][0]["state"] == "active"
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=60)
    *logged, last = err.splitlines()
    assert (process.returncode, last) == (0, "stopped; deployments at hand are finished")
    assert [json.loads(line)["event"] for line in logged] == ["policy deployed"]


def test_without_a_token_nobody_else_may_deploy(bench: Bench) -> None:
    """An address that others can reach is refused, as is a token that can be guessed."""
    done = dmnroute("serve", "--host", "0.0.0.0")
    assert (done.returncode, done.stderr) == (
        2,
        "error: who can reach `0.0.0.0` could publish: a token is needed\n"
        "hint: set DMNROUTE_API__TOKEN to a secret of 16 characters or more, or listen on 127.0.0.1\n",
    )
    done = dmnroute("serve", "--host", "0.0.0.0", env={**os.environ, "DMNROUTE_API__TOKEN": "geheim"})
    assert (done.returncode, done.stderr) == (
        2,
        "error: setting `DMNROUTE_API__TOKEN`: a token has 16 characters or more\n",
    )
    assert (
        dmnroute("serve", "--port", "70000").stderr == "error: `--port`: input should be less than or equal to 65535\n"
    )
