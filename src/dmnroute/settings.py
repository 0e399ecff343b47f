"""Settings, by environment, `.env` and file.

The first of these that says something wins: arguments of a command, variables `DMNROUTE_*` (nested with `__`, as in
`DMNROUTE_LIMITS__COST=0.5`), `.env` in the current folder, `dmnroute.toml` in the current folder, and
`dmnroute.toml` in the user's configuration folder.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from tomllib import TOMLDecodeError
from typing import Literal

from platformdirs import user_config_path, user_state_path
from pydantic import AliasChoices, Field, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from dmnroute.errors import UsageError
from dmnroute.listening import Listening
from dmnroute.routing.backtest_limits import BacktestLimits
from dmnroute.routing.breaker_rules import BreakerRule
from dmnroute.routing.budgets import Budget
from dmnroute.routing.pauses import PauseTimers
from dmnroute.routing.records.run import Guards, Limits
from dmnroute.routing.slo import Slo
from dmnroute.zeebe.broker.options import BrokerOptions


def _default_store() -> str:
    return f"sqlite:///{user_state_path('dmnroute') / 'dmnroute.db'}"


class Settings(BaseSettings):
    """Everything that can be set. Times are seconds, money is USD."""

    model_config = SettingsConfigDict(
        env_prefix="DMNROUTE_",
        env_nested_delimiter="__",
        env_file=".env",
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    project: Path | None = None
    """The folder with `dmn/` and `workers/`; by default the current one, or the shipped document intake."""
    agents: list[str] = []
    """Modules with agents, by import name, beside those in the project's `workers/`."""
    store: str = Field(default_factory=_default_store, repr=False)
    """Database URL, or a path of a SQLite file."""
    limits: Limits = Limits()
    """Hard limits of every run: hops, width, cost, tokens, calls, time, no_progress; and `slo`, which is soft."""
    tenant: str = "default"
    """Whose runs this process starts."""
    budgets: list[Budget] = []
    """What tenants and agents may use together, in an hour, a day or a month: `[[budgets]]` in `dmnroute.toml`."""
    slos: list[Slo] = []
    """How long runs should take, by policy and tenant: `[[slos]]` in `dmnroute.toml`. For all others, `limits.slo`."""
    right: dict[str, str] = {}
    """By policy: FEEL that says whether the end of a run was right, once that is known; see `dmnroute policy tune`."""
    gate_backtest: BacktestLimits | None = None
    """What a published table may change of recorded runs: `[gate_backtest]` in `dmnroute.toml`. Null: anything."""
    guards: Guards = Guards()
    """Guard agents that every step of new runs has to pass: `before` and `after`, lists of names."""
    breakers: dict[str, BreakerRule] = {}
    """Circuit breakers, by agent, by target behind agents (`vendor/model`), or `default`."""
    policies: Literal["published", "folder"] = "published"
    """What decides: the versions that `dmnroute policy` made active, and the folder where nobody ever published; or
    always the folder, as it is saved."""
    versions: Literal["follow", "pin"] = "follow"
    """Whether each hop of a run is decided by the version that is active then, or all by that of its first hop."""
    own_processes: bool = False
    """Whether publishing deploys a copy of `agent-run` for each policy, so that Operate tells policies apart."""
    four_eyes: bool = False
    """Whether somebody else than who published a version has to make it decide."""
    pause_timers: PauseTimers = "stand"
    """Whether waits and time limits stand still while a run is paused, or run on; each pause may say otherwise."""
    concurrency: int = Field(default_factory=lambda: max(2, os.cpu_count() or 2), ge=1)
    """Synchronous agents that run at once."""
    runs_at_once: int = Field(8, ge=1)
    lease: float = Field(30.0, gt=0)
    """Seconds after which a run whose process vanished may be taken over."""
    engine: Literal["local", "zeebe"] = "local"
    """Where new runs go: into this process, or to the broker at `zeebe_address`."""
    zeebe_address: str = Field(
        "127.0.0.1:26500",
        validation_alias=AliasChoices("DMNROUTE_ZEEBE_ADDRESS", "ZEEBE_ADDRESS", "ZEEBE_GRPC_ADDRESS", "zeebe_address"),
    )
    """The gateway's gRPC address: `host:port`, with `https://` before it over TLS."""
    job_timeout: float = Field(30.0, gt=0)
    """Seconds after which a job on Zeebe whose worker says nothing is given to another one."""
    reconcile: float = Field(30.0, gt=0)
    """Seconds between two looks for runs whose process instance has vanished from Zeebe. A run is looked for when it is
    this long past its deadline, or ten times this long silent without one."""
    broker: BrokerOptions = BrokerOptions()
    """The broker of `dmnroute broker`: version, memory, ports, …"""
    api: Listening = Listening()
    """Where `dmnroute serve` listens, and its tokens: `[api]` in `dmnroute.toml`."""
    log_level: Literal["debug", "info", "warning", "error"] = "warning"
    log_format: Literal["auto", "json", "text"] = "auto"
    """auto: text on a terminal, else JSON."""

    @field_validator("budgets")
    @classmethod
    def _one_budget_each(cls, budgets: list[Budget]) -> list[Budget]:
        seen: dict[str, int] = {}
        for number, budget in enumerate(budgets, start=1):
            first = seen.setdefault(str(budget), number)
            if first != number:
                raise ValueError(f"entries {first} and {number} are both for {budget}; put their limits into one")
        return budgets

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Add the two TOML files behind everything else."""
        files = [Path("dmnroute.toml"), user_config_path("dmnroute") / "dmnroute.toml"]
        toml = (_toml(settings_cls, file) for file in files)
        return init_settings, env_settings, dotenv_settings, *toml


def _toml(settings: type[BaseSettings], file: Path) -> PydanticBaseSettingsSource:
    try:
        return TomlConfigSettingsSource(settings, file)
    except (TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"`{file}` isn't TOML: {_lower(str(error))}", code="bad_setting") from error
    except OSError as error:
        raise UsageError(f"can't read `{file}`: {_lower(error.strerror or str(error))}", code="bad_setting") from error


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def load_settings(**given: object) -> Settings:
    """The settings, with the given ones on top; None means not given.

    Raises:
        UsageError: a setting has a wrong value. The value itself isn't shown: it may be a secret.
    """
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as error:
        problem = error.errors(include_url=False, include_input=False)[0]
        message = _lower(problem["msg"].removeprefix("Value error, "))
        raise UsageError(f"setting {_named(problem['loc'])}: {message}", code="bad_setting") from error
    except SettingsError as error:  # a nested setting that isn't JSON; its source names the field
        raise UsageError(_lower(str(error)).replace('"', "`"), code="bad_setting") from error


def _named(path: Sequence[int | str]) -> str:
    """``"`DMNROUTE_LIMITS__COST`"``, or in a list: ``"`DMNROUTE_BUDGETS`, entry 2, `cost`"``"""
    entry = next((number for number, part in enumerate(path) if isinstance(part, int)), len(path))
    name = "__".join(map(str, path[:entry])).upper()
    inside = [f"entry {part + 1}" if isinstance(part, int) else f"`{part}`" for part in path[entry:]]
    return ", ".join([f"`DMNROUTE_{name}`", *inside])
