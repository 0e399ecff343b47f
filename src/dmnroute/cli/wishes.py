"""Wishes about a run, as people write them on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmnroute.errors import UsageError

if TYPE_CHECKING:
    from dmnroute.router.steering import Wish


def policy_wish(given: str | None) -> list[Wish]:
    """To follow a policy: `NAME`, or `NAME@VERSION`. Raises UsageError `bad_wish`."""
    from dmnroute.router.steering import Wish

    if given is None:
        return []
    name, at, version = given.partition("@")
    if at and not version.isdecimal():
        raise UsageError(f"`{version}` is no version of a policy", code="bad_wish", hint=f"as in `--policy {name}@3`")
    return [Wish("policy", {"policy": name, "version": int(version) if at else None})]
