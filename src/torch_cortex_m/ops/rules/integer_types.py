"""The integer types that an operator's field names by their size."""

from __future__ import annotations

OUTPUTS = {1: "int8", 2: "int16", 4: "int32"}
"""Bytes of an element -> type."""
