"""Agents: functions with typed input and output. Tables decide when they are called."""

from __future__ import annotations

import re

from pydantic import BaseModel

from dmnroute import Step, agent

WORDS = {
    "billing": {"charged", "credit", "invoice", "paid", "payment", "refund"},
    "delivery": {"address", "arrived", "delivery", "late", "parcel", "shipping"},
    "technical": {"crash", "crashes", "error", "login", "password", "slow"},
}


class Message(BaseModel):
    """What the agent takes: filled from the run's input, by name."""

    text: str


class Topic(BaseModel):
    """What the agent gives: its fields become facts."""

    topic: str


@agent("classify", cost="0.0001", timeout=10)
def classify(message: Message, step: Step) -> Topic:
    """Say what a message is about, by the words in it."""
    words = set(re.findall(r"[a-z]+", message.text.lower()))
    hits = {topic: len(words & known) for topic, known in WORDS.items()}
    best, total = max(hits, key=hits.__getitem__), sum(hits.values())
    step.report(confidence=hits[best] / total if total else 0, words=len(words))
    return Topic(topic=best if total else "unknown")
