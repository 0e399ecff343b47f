"""Who calls, and whether they may: tokens, by the ways that Camunda's clients can send them."""

from __future__ import annotations

import binascii
import hmac
from base64 import b64decode
from dataclasses import dataclass

from dmnroute.errors import UsageError
from dmnroute.listening import Listening

NOBODY_NAMED = "somebody"
"""Who publishes when neither a token nor the client gives a name."""


class UnknownCallerError(UsageError):
    """The client hasn't shown a token that is known."""

    code = "unauthorized"


@dataclass(frozen=True, slots=True)
class Door:
    """Lets callers in, and says who they are."""

    listening: Listening
    usual_name: str = NOBODY_NAMED
    """Who calls when they don't say."""

    def caller(self, authorization: str | None) -> str:
        """The name of who calls, from the header `Authorization`: `Bearer TOKEN`, or `Basic` with it as the password.

        A token that is one person's gives their name. With the token for all, or where none is needed, the user name
        of `Basic` is taken for it.

        Raises:
            UnknownCallerError: a token is needed, and there is none, or another one.
        """
        name, secret = _given(authorization)
        if not self.listening.has_tokens:
            return name or self.usual_name
        owner = self._owner_of(secret)
        if owner is None:
            how = "`Authorization: Bearer TOKEN`, or `Basic` with the token as the password"
            raise UnknownCallerError("a token is needed" if not secret else "this token isn't known", hint=how)
        return owner or name or self.usual_name

    def _owner_of(self, secret: str) -> str | None:
        """The owner's name; empty for the token for all, null for an unknown one. Takes as long for each of them."""
        found: str | None = None
        for owner, token in (("", self.listening.token), *self.listening.tokens.items()):
            if token is not None and _is_same(secret, token.get_secret_value()):
                found = owner
        return found


def check_exposure(listening: Listening) -> None:
    """Refuse to be reached from elsewhere without a token. Raises UsageError `token_needed`."""
    if not listening.is_private and not listening.has_tokens:
        raise UsageError(
            f"who can reach `{listening.host}` could publish: a token is needed",
            code="token_needed",
            hint="set DMNROUTE_API__TOKEN to a secret of 16 characters or more, or listen on 127.0.0.1",
        )


def _given(authorization: str | None) -> tuple[str, str]:
    """Name and secret; empty where the header gives none."""
    scheme, _, value = (authorization or "").partition(" ")
    if scheme.lower() == "bearer":
        return "", value.strip()
    if scheme.lower() != "basic":
        return "", ""
    try:
        name, _, secret = b64decode(value.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return (name if name.isprintable() else ""), secret


def _is_same(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode(), wanted.encode())
