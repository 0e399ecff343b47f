"""Connect to a gateway by its address."""

from __future__ import annotations

import grpc

MOST_BYTES = 8 * 1024 * 1024
"""Larger than the broker's own limit, so that the broker's message is seen, not the client's."""

OPTIONS = (
    ("grpc.keepalive_time_ms", 45_000),
    # gRPC itself would wait up to two minutes until it looks again for a broker that was away for long.
    ("grpc.initial_reconnect_backoff_ms", 500),
    ("grpc.max_reconnect_backoff_ms", 3_000),
    ("grpc.max_receive_message_length", MOST_BYTES),
    ("grpc.max_send_message_length", MOST_BYTES),
    # All errors of a refused deployment travel in the status: the default of 8 KB would hide them.
    ("grpc.max_metadata_size", 16 * 1024),
)


def connect(address: str) -> grpc.aio.Channel:
    """A channel to `host:port`; with `https://` or `grpcs://` before it, over TLS."""
    scheme, _, rest = address.rpartition("://")
    target = rest.rstrip("/")
    if scheme in ("https", "grpcs"):
        return grpc.aio.secure_channel(target, grpc.ssl_channel_credentials(), options=OPTIONS)
    return grpc.aio.insecure_channel(target, options=OPTIONS)
