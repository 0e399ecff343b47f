"""Names of the BPMN contract: what `bpmn/agent-run.bpmn` and its workers agree on."""

from __future__ import annotations

PROCESS = "agent-run"
"""The id of the generic process."""

ROUTE = "Route"
"""The id of the service task that asks what is next."""

ROUTE_JOB = "dmnroute.route"
JOIN_JOB = "dmnroute.join"
"""Asks whether a hop has enough, after each outcome of a hop whose join is a condition."""
SIGNAL_JOB = "dmnroute.signal"
REMIND_JOB = "dmnroute.remind"

START_MESSAGE = "dmnroute.start"
WAKE_MESSAGE = "dmnroute.wake"
"""Makes a waiting run look whether its hop is over; correlated by run id."""
SIGNAL_MESSAGE = "dmnroute.signal"
"""Correlated by run id; carries `name`, `payload` and, when it may come twice, `key`."""
INPUT = "dmnroute.input"
"""The name of a signal that is none: its payload is input for the run."""
CANCEL_MESSAGE = "dmnroute.cancel"
"""Ends one step; correlated by step id."""

MESSAGE_LIFE = 60.0
"""Seconds that a message waits for a subscription that isn't open yet."""

NEVER = "P36500D"
"""A timer for what only a message ends."""
NO_REMINDER = "R1/P36500D"
"""A cycle for a question of which nobody is reminded."""
AT_ONCE = "PT0S"
"""A timer for what is over already."""

ANY_FORM = "dmnroute-form"
"""The id of the form for an answer of any kind; the ids of all others begin with it."""

LARGEST_ROUTE = 1_000_000
"""Bytes of `route.steps`, and of all inline outcomes of a hop together."""
