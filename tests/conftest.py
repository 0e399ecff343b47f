"""What tests of several areas share."""

from __future__ import annotations

pytest_plugins = ["tests.support.broker", "tests.support.postgres"]
