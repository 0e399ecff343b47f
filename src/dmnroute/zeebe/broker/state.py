"""What is kept about a broker between commands: one folder per name, and in it a file while the broker runs."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from platformdirs import user_cache_path, user_state_path
from pydantic import BaseModel, ConfigDict, ValidationError

from dmnroute.errors import OperatorError
from dmnroute.zeebe.broker.ports import Ports
from dmnroute.zeebe.broker.process import Process


class BrokerState(BaseModel):
    """A broker that was started."""

    model_config = ConfigDict(frozen=True)

    name: str
    process: Process
    version: str
    java: str
    ports: Ports
    data: Path
    clock_controlled: bool
    started: datetime
    home: Path | None = None
    """Folder of the release. New fields have defaults: an older dmnroute may have started the broker."""


@dataclass(frozen=True, slots=True)
class Folders:
    """Where programs and states are kept."""

    distributions: Path
    states: Path

    def broker(self, name: str) -> BrokerFolder:
        """The folder of the broker with a name."""
        return BrokerFolder(self.states / name)

    def names(self) -> list[str]:
        """The brokers that were started here at any time."""
        return sorted(folder.name for folder in self.states.glob("*") if folder.is_dir())


def user_folders() -> Folders:
    """The folders of this user."""
    return Folders(user_cache_path("dmnroute") / "zeebe", user_state_path("dmnroute") / "brokers")


@dataclass(frozen=True, slots=True)
class BrokerFolder:
    """The folder of one broker."""

    path: Path

    @property
    def state_file(self) -> Path:
        """There while the broker runs."""
        return self.path / "broker.json"

    @property
    def log(self) -> Path:
        """What the broker says, since its latest start."""
        return self.path / "broker.log"

    @property
    def lock(self) -> Path:
        """Held by a process that starts the broker."""
        return self.path / "broker.lock"

    @property
    def data(self) -> Path:
        """Where the data are kept, unless another folder was given."""
        return self.path / "data"

    @property
    def temporary(self) -> Path:
        """Emptied at each start."""
        return self.path / "tmp"

    def read(self) -> BrokerState | None:
        """The broker as it was started; none when none was, or it was stopped.

        Raises:
            OperatorError: `damaged_state`.
        """
        try:
            return BrokerState.model_validate_json(self.state_file.read_bytes())
        except FileNotFoundError:
            return None
        except ValidationError as error:
            raise OperatorError(
                f"`{self.state_file}` is damaged",
                code="damaged_state",
                hint="end the process of the broker by hand if it runs, then delete the file",
            ) from error

    def write(self, state: BrokerState) -> None:
        """Keep the state; a reader sees all of it or none."""
        self.path.mkdir(parents=True, exist_ok=True)
        beside = self.state_file.with_suffix(".new")
        beside.write_text(state.model_dump_json(indent=2), encoding="utf-8")
        os.replace(beside, self.state_file)

    def forget(self) -> None:
        """The broker runs no more."""
        self.state_file.unlink(missing_ok=True)
