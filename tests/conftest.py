"""What tests of several areas share."""

from __future__ import annotations

import os
import signal
import sys

from hypothesis import settings

pytest_plugins = [
    "tests.support.broker",
    "tests.support.modeler_client",
    "tests.support.operate",
    "tests.support.postgres",
]

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A test run in the background of a shell ignores Ctrl-C, and so would every command that tests start.
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Tests write modules anew within a second, of the same size: Python would take what it has compiled for them before.
sys.dont_write_bytecode = True
os.environ["PYTHONDONTWRITEBYTECODE"] = "1"

# Time is never asserted: a busy machine isn't a bug. In CI the same examples are tried each time, so that a
# failure is one of the change at hand.
settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")
