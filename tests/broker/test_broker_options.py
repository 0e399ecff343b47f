"""What can be chosen about a broker, and the releases there are."""

from __future__ import annotations

from pathlib import Path

import pytest

from dmnroute.errors import UsageError
from dmnroute.settings import load_settings
from dmnroute.zeebe.broker import BrokerOptions, broker_options
from dmnroute.zeebe.broker.releases import CAMUNDA, COMMUNITY, DEFAULT_VERSION, licence_of, numbers


def test_the_default_may_be_used_in_production() -> None:
    """Nobody has to buy something because a tutorial chose for them."""
    assert licence_of(DEFAULT_VERSION).production


@pytest.mark.parametrize(
    ("version", "licence"), [("8.5.8", COMMUNITY), ("8.4.12", COMMUNITY), ("8.6.0", CAMUNDA), ("8.10.0", CAMUNDA)]
)
def test_the_licence_changed_with_8_6(version: str, licence: object) -> None:
    """Numbers are compared as numbers: 8.10 is newer than 8.6."""
    assert licence_of(version) is licence


def test_licences_are_told_in_one_line() -> None:
    """The name, and what it means for the reader."""
    assert str(COMMUNITY) == (
        "Zeebe Community License 1.1: free, in production too, but not for selling process automation as a service"
    )
    assert str(CAMUNDA) == (
        "Camunda License 1.0: free for development and tests; production needs a licence from Camunda"
    )


def test_a_version_is_its_numbers() -> None:
    """What stands behind them doesn't count."""
    assert numbers("8.6.0-alpha2") == (8, 6, 0)


def test_given_options_lie_on_top_of_others() -> None:
    """None means not given; everything else replaces."""
    base = BrokerOptions(memory="2g", port_offset=100)
    made = broker_options(base, memory=None, port_offset=0, data=Path("here"))
    assert (made.memory, made.port_offset, made.data) == ("2g", 0, Path("here"))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"memory": "lots"}, "--memory `lots` isn't an amount of memory such as `768m` or `2g`"),
        ({"memory": "0m"}, "--memory `0m` isn't an amount of memory such as `768m` or `2g`"),
        ({"grpc_port": 70000}, "--grpc-port `70000` isn't a port between 1 and 65535"),
        ({"rest_port": 0}, "--rest-port `0` isn't a port between 1 and 65535"),
        ({"management_port": -1}, "--management-port `-1` isn't a port between 1 and 65535"),
        ({"port_offset": 60000}, "--port-offset `60000` isn't a number between 0 and 39033"),
        ({"name": "../up"}, "--name `../up` must be a word of letters, digits, `-` and `_`"),
        ({"name": ""}, "--name `` must be a word of letters, digits, `-` and `_`"),
        ({"version": "latest"}, "--version `latest` isn't a release of Zeebe such as `8.5.8`"),
        ({"patience": 0}, "--patience `0` isn't a number of seconds above 0"),
        ({"patience": float("nan")}, "--patience `nan` isn't a number of seconds above 0"),
        ({"version": "8.5.8/../../x"}, "--version `8.5.8/../../x` isn't a release of Zeebe such as `8.5.8`"),
    ],
)
def test_what_makes_no_sense_is_told_by_its_option(given: dict[str, object], message: str) -> None:
    """The words of the command line, and what was expected."""
    with pytest.raises(UsageError) as caught:
        broker_options(**given)
    assert (str(caught.value), caught.value.code) == (message, "bad_option")


def test_every_port_stays_a_port_with_the_largest_offset() -> None:
    """The highest of the usual ports is 26502."""
    assert broker_options(port_offset=39033).port_offset + 26502 == 65535


def test_options_are_settings_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """`DMNROUTE_BROKER__…` sets them for every command."""
    monkeypatch.setenv("DMNROUTE_BROKER__MEMORY", "1g")
    monkeypatch.setenv("DMNROUTE_BROKER__PORT_OFFSET", "200")
    broker = load_settings().broker
    assert (broker.memory, broker.port_offset) == ("1g", 200)
