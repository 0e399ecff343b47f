"""What can be chosen about a broker."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from dmnroute.errors import UsageError
from dmnroute.zeebe.broker.releases import DEFAULT_VERSION

Port: TypeAlias = Annotated[int, Field(ge=1, le=65535)]

DEFAULT_NAME = "default"


class BrokerOptions(BaseModel):
    """How a broker is started. Also the settings `DMNROUTE_BROKER__…`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(DEFAULT_NAME, pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")
    """Brokers with different names live beside each other."""
    version: str = Field(DEFAULT_VERSION, pattern=r"^\d+\.\d+\.\d+[A-Za-z0-9.-]*$")
    memory: str = Field("768m", pattern=r"^[1-9]\d*[kmgKMG]$")
    """Heap of the JVM. The process needs some 250 MB more."""
    jvm_options: tuple[str, ...] = ()
    data: Path | None = None
    """Folder of the broker's data; by default one in the user's state folder, by name."""
    fresh: bool = False
    """Drop what earlier starts left in the data folder."""
    clock_controlled: bool = False
    """Let `RunningBroker.advance_clock` move the broker's clock: timers fire without waiting."""
    grpc_port: Port | None = None
    """Where clients connect, 26500 by default. It has to be free."""
    rest_port: Port | None = None
    """8080 by default, or another one that is free."""
    management_port: Port | None = None
    """9600 by default, or another one that is free."""
    port_offset: int = Field(0, ge=0, le=39033)
    """Added to every port that isn't given: brokers beside each other differ by it."""
    any_ports: bool = False
    """Take free ports everywhere, as tests do."""
    environment: dict[str, str] = {}
    """Further settings of Zeebe, by the names of its environment variables."""
    patience: float = Field(120.0, gt=0)
    """Seconds until a broker that isn't ready is given up."""


def broker_options(base: BrokerOptions | None = None, **given: object) -> BrokerOptions:
    """The options, with the given ones on top of others; None means not given.

    Raises:
        UsageError: `bad_option`.
    """
    start = base.model_dump() if base is not None else {}
    try:
        return BrokerOptions(**{**start, **{name: value for name, value in given.items() if value is not None}})
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        raise _explained(str(problem["loc"][0]), problem["input"]) from error


def _explained(name: str, value: object) -> UsageError:
    option = "--" + name.replace("_", "-")
    return UsageError(f"{option} `{value}` {_EXPECTED.get(name, 'makes no sense')}", code="bad_option")


_PORT = "isn't a port between 1 and 65535"

_EXPECTED = {
    "name": "must be a word of letters, digits, `-` and `_`",
    "version": "isn't a release of Zeebe such as `8.5.8`",
    "memory": "isn't an amount of memory such as `768m` or `2g`",
    "grpc_port": _PORT,
    "rest_port": _PORT,
    "management_port": _PORT,
    "port_offset": "isn't a number between 0 and 39033",
    "patience": "isn't a number of seconds above 0",
}
