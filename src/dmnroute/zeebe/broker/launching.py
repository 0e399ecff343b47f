"""The command line and the environment that a broker is started with."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from dmnroute.zeebe.broker.distribution import Distribution
from dmnroute.zeebe.broker.java import Java
from dmnroute.zeebe.broker.options import BrokerOptions
from dmnroute.zeebe.broker.ports import HOST, Ports

LOG_CONFIGURATION = Path(__file__).parent / "log4j2.xml"

FOREIGN_SETTINGS = ("ZEEBE_", "CAMUNDA_", "SPRING_", "SERVER_", "MANAGEMENT_", "LOGGING_", "JAVA_OPTS", "JDK_JAVA_")
"""Beginnings of variables that would configure the broker: those of the shell are meant for other brokers."""

SILENT_SINCE = 24
"""The Java that began to warn of what the libraries of these releases do, and has the options to allow it."""


def command(
    options: BrokerOptions, *, java: Java, distribution: Distribution, temporary: Path, folder: Path
) -> list[str]:
    """Start the JVM as `bin/broker` does, but without a shell in between: the process is the broker."""
    home = distribution.home
    allowed = ["--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"]
    return [
        str(java.executable),
        f"-Xmx{options.memory}",
        *(allowed if java.feature >= SILENT_SINCE else ()),
        *options.jvm_options,
        "-XX:+ExitOnOutOfMemoryError",
        "-Dfile.encoding=UTF-8",
        f"-Djava.io.tmpdir={temporary}",
        "-Dspring.main.banner-mode=off",
        f"-Dlogging.config={LOG_CONFIGURATION}",
        f"-Dlog4j2.configurationFile={LOG_CONFIGURATION}",
        "-classpath",
        os.pathsep.join((str(home / "config"), str(home / "lib" / "*"))),
        "-Dapp.name=broker",
        f"-Dapp.home={folder}",
        f"-Dapp.repo={home / 'lib'}",
        f"-Dbasedir={home}",
        distribution.main_class,
    ]


def environment(options: BrokerOptions, ports: Ports, data: Path, *, system: Mapping[str, str]) -> dict[str, str]:
    """The settings of Zeebe, as it reads them from the environment; those given in the options have the last word.

    Everything listens on this machine alone. One exception can't be set: Zeebe's gossip between brokers, which takes
    datagrams on the internal port, from any interface.
    """
    kept = {name: value for name, value in system.items() if not name.upper().startswith(FOREIGN_SETTINGS)}
    return kept | _settings(options, ports, data) | options.environment


def _settings(options: BrokerOptions, ports: Ports, data: Path) -> dict[str, str]:
    return {
        "ZEEBE_BROKER_NETWORK_HOST": HOST,
        "ZEEBE_BROKER_GATEWAY_NETWORK_HOST": HOST,
        "ZEEBE_BROKER_GATEWAY_NETWORK_PORT": str(ports.grpc),
        "ZEEBE_BROKER_NETWORK_COMMANDAPI_PORT": str(ports.command),
        "ZEEBE_BROKER_NETWORK_INTERNALAPI_PORT": str(ports.internal),
        "SERVER_ADDRESS": HOST,
        "SERVER_PORT": str(ports.rest),
        "MANAGEMENT_SERVER_ADDRESS": HOST,
        "MANAGEMENT_SERVER_PORT": str(ports.management),
        "ZEEBE_BROKER_DATA_DIRECTORY": str(data),
        # Segments are allocated in full: the usual 128 MB are for clusters under load.
        "ZEEBE_BROKER_DATA_LOGSEGMENTSIZE": "16MB",
        # Zeebe stops working when less than 2 GB of the disk are free, which laptops often are.
        "ZEEBE_BROKER_DATA_DISK_FREESPACE_PROCESSING": "300MB",
        "ZEEBE_BROKER_DATA_DISK_FREESPACE_REPLICATION": "200MB",
        "ZEEBE_CLOCK_CONTROLLED": str(options.clock_controlled).lower(),
    }
