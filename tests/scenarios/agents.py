"""Agents for the scenarios: each notes its calls in a ledger of its own, so that the store can be held against it."""

from __future__ import annotations

import asyncio
import time
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from dmnroute import AgentFailure, Merge, Step, agent, facts, form


class Task(BaseModel):
    """What every agent takes: the ledger's path comes from the run's input."""

    ledger: str
    name: str = "world"


class Item(Task):
    item: int


class Items(Task):
    items: list[int]


class Greeting(BaseModel):
    greeting: str


class Doubled(BaseModel):
    doubled: list[int]


class Answer(BaseModel):
    answer: str


class Pages(BaseModel):
    pages: list[str]


class Nothing(BaseModel):
    pass


@facts
class Facts(BaseModel):
    doubled: Annotated[list[int], Merge("append")] = []
    pages: Annotated[list[str], Merge("append")] = []


def note(task: Task, step: Step) -> None:
    with Path(task.ledger).open("a") as ledger:
        ledger.write(f"{step.agent} {step.id} {step.attempt}\n")


def calls_of(name: str, task: Task) -> int:
    """How often an agent was called, by the ledger."""
    return sum(line.startswith(f"{name} ") for line in Path(task.ledger).read_text().splitlines())


@agent("greet", cost=0.01)
async def greet(task: Task, step: Step) -> Greeting:
    """Greet by name."""
    note(task, step)
    step.report(confidence=0.9)
    return Greeting(greeting=f"hello {task.name}")


@agent("greet_in_a_thread")
def greet_in_a_thread(task: Task, step: Step) -> Greeting:
    """Greet by name, as a synchronous agent."""
    note(task, step)
    step.report(confidence=0.5)
    return Greeting(greeting=f"good day {task.name}")


@agent("hang", timeout=60)
async def hang(task: Task, step: Step) -> Nothing:
    """Never end by itself."""
    note(task, step)
    await asyncio.Event().wait()
    return Nothing()


@agent("fail")
async def fail(task: Task, step: Step) -> Nothing:
    """Fail for a reason that tables know."""
    note(task, step)
    raise AgentFailure("unreadable", "the page is blank")


@agent("crash")
async def crash(task: Task, step: Step) -> Nothing:
    """Raise what no table expects."""
    note(task, step)
    raise ZeroDivisionError("division by zero")


@agent("flaky")
async def flaky(task: Task, step: Step) -> Answer:
    """Fail at the first attempt, answer at the second."""
    note(task, step)
    if step.attempt == 1:
        raise AgentFailure("busy", "come back later", retryable=True)
    return Answer(answer="at last")


@agent("fail_once")
async def fail_once(task: Task, step: Step) -> Nothing:
    """Fails at its very first call."""
    note(task, step)
    if calls_of("fail_once", task) == 1:
        raise AgentFailure("unlucky", "not at the first try")
    return Nothing()


@agent("send", side_effects=True)
async def send(task: Task, step: Step) -> Nothing:
    """Changes something outside."""
    note(task, step)
    return Nothing()


@agent("double")
async def double(task: Item, step: Step) -> Doubled:
    """Double a number."""
    note(task, step)
    return Doubled(doubled=[task.item * 2])


@agent("double_batch")
async def double_batch(task: Items, step: Step) -> Doubled:
    """Double numbers."""
    note(task, step)
    return Doubled(doubled=[item * 2 for item in task.items])


@agent("pricey", cost=0.4)
async def pricey(task: Task, step: Step) -> Answer:
    """Answer for 0.40 USD."""
    note(task, step)
    return Answer(answer="42")


@agent("needs_more")
async def needs_more(task: Item, step: Step) -> Answer:
    """Take a number that nobody gives."""
    note(task, step)
    return Answer(answer=str(task.item))


@agent("absent", requires=("a_module_that_is_not_there",))
async def absent(task: Task, step: Step) -> Answer:
    """Need an extra that isn't installed."""
    note(task, step)
    return Answer(answer="never")


@agent("propose")
async def propose(task: Task, step: Step) -> Nothing:
    """Suggest the next step."""
    note(task, step)
    step.propose({"agent": "greet"})
    return Nothing()


@agent("write_much")
async def write_much(task: Item, step: Step) -> Pages:
    """Give a page of 15 KB."""
    return Pages(pages=["x" * 15_000])


class Looked(Task):
    """What guards take: the step they look at, put together by name."""

    agent: str
    side: str
    input: dict[str, str]
    output: dict[str, str] | None = None


class Verdict(BaseModel):
    verdict: str
    reason: str | None = None
    kind: str | None = None
    redacted: dict[str, str] | None = None


@agent("censor", cost=0.001)
async def censor(looked: Looked, step: Step) -> Verdict:
    """Guard privacy: put `X` in the place of `Ada`, wherever it stands."""
    note(looked, step)
    content = looked.input if looked.output is None else looked.output
    changed = {name: text.replace("Ada", "X") for name, text in content.items() if "Ada" in text}
    return Verdict(verdict="redact", redacted=changed) if changed else Verdict(verdict="allow")


@agent("bouncer")
async def bouncer(looked: Looked, step: Step) -> Verdict:
    """Guard against abuse: stop whoever is called Mallory, in the input or in the output."""
    note(looked, step)
    content = looked.input if looked.output is None else looked.output
    if any("Mallory" in text for text in content.values()):
        return Verdict(verdict="block", kind="abuse", reason="Mallory isn't welcome")
    return Verdict(verdict="allow")


@agent("watcher")
async def watcher(looked: Looked, step: Step) -> Verdict:
    """Guard nothing: see, and say so."""
    note(looked, step)
    return Verdict(verdict="observe", reason=f"{looked.side} {looked.agent}")


@agent("diverter")
async def diverter(looked: Looked, step: Step) -> Verdict:
    """Send everything back, so that tables find another agent."""
    note(looked, step)
    return Verdict(verdict="reroute", reason="too simple for it")


@agent("broken_guard")
async def broken_guard(looked: Looked, step: Step) -> Verdict:
    """Give no verdict."""
    note(looked, step)
    return Verdict(verdict="alow")


class Question(Task):
    model: str = "small"


class Reply(BaseModel):
    reply: str


def is_down(question: Question) -> bool:
    """A file says so."""
    return Path(f"{question.ledger}.{question.model}.down").exists()


@agent("service", target="acme/{model}")
async def service(task: Question, step: Step) -> Reply:
    """Answer by a model of a vendor, unless it is down."""
    note(task, step)
    if is_down(task):
        raise AgentFailure("unavailable", f"{task.model} is down")
    return Reply(reply=task.model)


@form("claim_check")
class ClaimCheck(BaseModel):
    """Should this claim be paid?"""

    verdict: Literal["pay", "refuse"]
    amount: Decimal = Field(gt=0)
    note: str | None = None


class Reminding(Task):
    group: str
    reminder: int


@agent("notify")
async def notify(task: Reminding, step: Step) -> Nothing:
    """Tell a group that its answer is missing."""
    note(task, step)
    return Nothing()


class Ballot(Task):
    voter: str
    confidence: Decimal | None = None


class Vote(BaseModel):
    voter: str


@agent("vote", cost=0.02)
async def vote(ballot: Ballot, step: Step) -> Vote:
    """Vote with a confidence; without one never end, and with a negative one fail."""
    note(ballot, step)
    if ballot.confidence is None:
        step.report(cost=0.01)
        await asyncio.Event().wait()
    elif ballot.confidence < 0:
        raise AgentFailure("abstains", "no vote")
    step.report(confidence=ballot.confidence)
    return Vote(voter=ballot.voter)


class Thing(BaseModel):
    thing: Any


@agent("limited", timeout=60)
async def limited(task: Task, step: Step) -> Greeting:
    """Be asked too often at the first attempt, answer at the second."""
    note(task, step)
    if step.attempt == 1:
        raise AgentFailure("rate_limited", "20 calls a minute", retry_after=20)
    return Greeting(greeting="at last")


@agent("write_too_much")
async def write_too_much(task: Task, step: Step) -> Pages:
    """Give more than is kept."""
    note(task, step)
    return Pages(pages=["x" * 9_000_000])


@agent("write_nonsense")
async def write_nonsense(task: Task, step: Step) -> Thing:
    """Give what has no JSON form."""
    note(task, step)
    return Thing(thing=float("nan"))


class Spending(Task):
    usd: Decimal


@agent("spend")
async def spend(task: Spending, step: Step) -> Nothing:
    """Ask for an amount, then spend it."""
    await step.spend(task.usd)
    note(task, step)
    return Nothing()


class Booking(BaseModel):
    booking: str


class Undo(Task):
    """What undoes a booking gets what the step has given, and its id."""

    booking: str
    undoes: str


@agent("book", compensate="unbook")
async def book(task: Task, step: Step) -> Booking:
    """Book a room; the booking bears the step's number."""
    note(task, step)
    return Booking(booking=f"room {step.id.rpartition('/')[2]}")


def _give_back(task: Undo) -> None:
    with Path(task.ledger).open("a") as ledger:
        ledger.write(f"gave_back_{task.booking.replace(' ', '_')} {task.undoes}\n")


@agent("unbook")
async def unbook(task: Undo, step: Step) -> Nothing:
    """Give the room back."""
    note(task, step)
    _give_back(task)
    return Nothing()


@agent("sign", compensate="unsign")
async def sign(task: Task, step: Step) -> Booking:
    """Sign what can't be taken back."""
    note(task, step)
    return Booking(booking="for ever")


@agent("unsign")
async def unsign(task: Undo, step: Step) -> Nothing:
    """Fail: a signature stays."""
    note(task, step)
    raise AgentFailure("too_late", "it is signed")


@agent("slow_in_a_thread", timeout=600)
def slow_in_a_thread(task: Task, step: Step) -> Nothing:
    """Keep a thread until a file says that it is enough."""
    note(task, step)
    while not Path(f"{task.ledger}.enough").exists() and not step.cancelled:
        time.sleep(0.005)
    return Nothing()


@agent("decline")
async def decline(task: Task, step: Step) -> Nothing:
    """Want nothing of this."""
    note(task, step)
    raise AgentFailure("refused", "not for money")


@agent("misreport")
async def misreport(task: Task, step: Step) -> Nothing:
    """Be surer than sure."""
    note(task, step)
    step.report(confidence=2)
    return Nothing()


@agent("mispropose")
async def mispropose(task: Task, step: Step) -> Nothing:
    """Propose what JSON can't carry."""
    note(task, step)
    step.propose({"agent": object()})
    return Nothing()


class Formal(Task):
    name: Literal["Ada", "Mallory"]


@agent("address")
async def address(task: Formal, step: Step) -> Greeting:
    """Address only those whom it knows."""
    note(task, step)
    return Greeting(greeting=f"Lady {task.name}")


class Model(Task):
    model: str


@agent("chat")
async def chat(task: Model, step: Step) -> Answer:
    """Call a model: a thousand tokens in, five hundred out."""
    note(task, step)
    step.report_model(task.model, input_tokens=1000, output_tokens=500)
    return Answer(answer=task.model)


@agent("overspend", cost=0.1)
async def overspend(task: Task, step: Step) -> Answer:
    """Cost nine times as much as it said, and ask nobody."""
    note(task, step)
    step.report(cost=0.9)
    return Answer(answer="dear")
