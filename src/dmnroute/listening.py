"""Where the API listens, and whom it lets in."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Annotated, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

Port: TypeAlias = Annotated[int, Field(ge=0, le=65535)]

SHORTEST_TOKEN = 16


def _hard_to_guess(token: SecretStr) -> SecretStr:
    if len(token.get_secret_value()) < SHORTEST_TOKEN:
        raise ValueError(f"a token has {SHORTEST_TOKEN} characters or more")
    return token


Token: TypeAlias = Annotated[SecretStr, AfterValidator(_hard_to_guess)]
"""A secret that is sent along."""


class Listening(BaseModel):
    """How `dmnroute serve` listens. Also the settings `DMNROUTE_API__…`."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    host: str = Field("127.0.0.1", min_length=1)
    """Name or address of this machine. One that others can reach needs a token."""
    port: Port = 8090
    """For HTTP; 0 takes any free one."""
    grpc_port: Port = 26590
    """For gRPC; 0 takes any free one."""
    token: Token | None = None
    """Lets in whoever has it, by the name that they give."""
    tokens: dict[str, Token] = {}
    """One token per person: who has it publishes under this name, and under no other."""
    max_bytes: int = Field(4 * 1024 * 1024, ge=1024)
    """Of one deployment, all of its files together; Zeebe's own limit is 4 MB, too."""
    patience: float = Field(30.0, gt=0)
    """Seconds that a client may take to send a deployment."""

    @property
    def is_private(self) -> bool:
        """Whether only this machine can connect."""
        return is_loopback(self.host)

    @property
    def has_tokens(self) -> bool:
        """Whether clients have to show who they are."""
        return self.token is not None or bool(self.tokens)


def is_loopback(host: str) -> bool:
    """Whether a name or address, as it stands in URLs, means this machine for sure."""
    if host.lower().rstrip(".") == "localhost":
        return True
    try:
        return ip_address(host.removeprefix("[").removesuffix("]")).is_loopback
    except ValueError:
        return False
