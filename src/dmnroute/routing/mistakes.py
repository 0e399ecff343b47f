"""Which nulls are mistakes in a table."""

from __future__ import annotations

FATAL_NOTICES = frozenset(
    {
        "unknown_name",
        "unknown_function",
        "type_mismatch",
        "not_comparable",
        "invalid_argument",
        "limit",
        "hit_policy",
        "type",
    }
)
"""Kinds of null that are mistakes in a table. Data that isn't there yet is a plain null."""
