"""What tests of several areas share."""

from __future__ import annotations

import os

from hypothesis import settings

pytest_plugins = ["tests.support.broker", "tests.support.postgres"]

# Time is never asserted: a busy machine isn't a bug. In CI the same examples are tried each time, so that a
# failure is one of the change at hand.
settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")
