"""How a broker is started."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dmnroute.zeebe.broker import BrokerOptions
from dmnroute.zeebe.broker.distribution import Distribution
from dmnroute.zeebe.broker.java import Java
from dmnroute.zeebe.broker.launching import LOG_CONFIGURATION, command, environment
from dmnroute.zeebe.broker.ports import DEFAULTS


@pytest.fixture
def distribution(tmp_path: Path) -> Distribution:
    """A release with a start script."""
    (tmp_path / "bin").mkdir()
    script = 'exec "$JAVACMD" $JAVA_OPTS \\\n  io.camunda.application.StandaloneBroker \\\n  "$@"\n'
    (tmp_path / "bin" / "broker").write_text(script)
    return Distribution("8.6.0", tmp_path)


def started(distribution: Distribution, java: str, options: BrokerOptions) -> list[str]:
    program = Java(Path("/jvm/bin/java"), java, "PATH")
    return command(options, java=program, distribution=distribution, temporary=Path("/t"), folder=Path("/b"))


def test_the_jvm_is_started_as_the_script_does(distribution: Distribution) -> None:
    """With the heap that was asked for, a log of ours, and the class that the script names."""
    options = BrokerOptions(memory="512m", jvm_options=("-XX:+UseSerialGC",))
    home = distribution.home
    assert started(distribution, "21.0.8", options) == [
        "/jvm/bin/java",
        "-Xmx512m",
        "-XX:+UseSerialGC",
        "-XX:+ExitOnOutOfMemoryError",
        "-Dfile.encoding=UTF-8",
        "-Djava.io.tmpdir=/t",
        "-Dspring.main.banner-mode=off",
        f"-Dlogging.config={LOG_CONFIGURATION}",
        f"-Dlog4j2.configurationFile={LOG_CONFIGURATION}",
        "-classpath",
        f"{home}/config{os.pathsep}{home}/lib/*",
        "-Dapp.name=broker",
        "-Dapp.home=/b",
        f"-Dapp.repo={home}/lib",
        f"-Dbasedir={home}",
        "io.camunda.application.StandaloneBroker",
    ]


def test_newer_javas_are_told_not_to_warn(distribution: Distribution) -> None:
    """Older ones would refuse the options."""
    options = BrokerOptions()
    silent = {"--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"}
    assert silent <= set(started(distribution, "25.0.3", options))
    assert not silent & set(started(distribution, "23.0.1", options))


def test_everything_listens_on_this_machine_only() -> None:
    """A broker has no passwords."""
    made = environment(BrokerOptions(), DEFAULTS, Path("/data"), system={})
    hosts = {name: value for name, value in made.items() if name.endswith(("HOST", "ADDRESS"))}
    assert hosts == {
        "ZEEBE_BROKER_NETWORK_HOST": "127.0.0.1",
        "ZEEBE_BROKER_GATEWAY_NETWORK_HOST": "127.0.0.1",
        "SERVER_ADDRESS": "127.0.0.1",
        "MANAGEMENT_SERVER_ADDRESS": "127.0.0.1",
    }


def test_ports_data_and_clock_are_settings_of_zeebe() -> None:
    """By the names of its variables."""
    made = environment(BrokerOptions(clock_controlled=True), DEFAULTS, Path("/data"), system={})
    expected = {
        "ZEEBE_BROKER_GATEWAY_NETWORK_PORT": "26500",
        "ZEEBE_BROKER_NETWORK_COMMANDAPI_PORT": "26501",
        "ZEEBE_BROKER_NETWORK_INTERNALAPI_PORT": "26502",
        "SERVER_PORT": "8080",
        "MANAGEMENT_SERVER_PORT": "9600",
        "ZEEBE_BROKER_DATA_DIRECTORY": "/data",
        "ZEEBE_CLOCK_CONTROLLED": "true",
    }
    assert expected.items() <= made.items()


def test_settings_of_the_shell_are_meant_for_other_brokers() -> None:
    """What isn't about brokers is passed on; what was given in the options has the last word."""
    system = {
        "HOME": "/home/me",
        "ZEEBE_ADDRESS": "prod:26500",
        "ZEEBE_BROKER_CLUSTER_CLUSTERSIZE": "3",
        "CAMUNDA_CLIENT_SECRET": "secret",
        "SPRING_PROFILES_ACTIVE": "prod",
        "SERVER_PORT": "1",
        "JAVA_OPTS": "-Xmx1m",
    }
    options = BrokerOptions(environment={"ZEEBE_LOG_LEVEL": "debug", "SERVER_PORT": "2"})
    made = environment(options, DEFAULTS, Path("/data"), system=system)
    assert made.keys().isdisjoint(system.keys() - {"HOME", "SERVER_PORT"})
    assert (made["HOME"], made["ZEEBE_LOG_LEVEL"], made["SERVER_PORT"]) == ("/home/me", "debug", "2")
