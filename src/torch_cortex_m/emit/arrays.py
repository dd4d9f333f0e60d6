"""Constant data as C arrays."""

from __future__ import annotations

import numpy as np

from ..ir import INT32, limits

INT64 = limits("int64")

C_TYPES = {
    "int4": "int8_t",
    "int8": "int8_t",
    "uint8": "uint8_t",
    "int16": "int16_t",
    "int32": "int32_t",
    "int64": "int64_t",
    "bool": "uint8_t",
    "float32": "float",
}
"""What holds an element in C; a bool is a byte of 0 or 1."""


def float_literal(value: float) -> str:
    """An exact C11 literal of a float32."""
    return float(np.float32(value)).hex() + "f"


def array_values(data: np.ndarray) -> str:
    """The elements, comma-separated, in lines of at most 100 characters."""
    flat = data.reshape(-1)
    if data.dtype == np.float32:
        items = [float_literal(value) for value in flat]
    else:
        items = [integer_literal(int(value)) for value in flat.tolist()]
    lines, line = [], ""
    for item in items:
        if len(line) + len(item) + 2 > 96:
            lines.append(line.rstrip())
            line = ""
        line += f"{item}, "
    return "\n".join(f"    {text}" for text in [*lines, line.rstrip()])


def integer_literal(value: int) -> str:
    """A literal of an int32, or of an int64 where it is wider."""
    if value in (INT32.low, INT64.low):
        return "INT32_MIN" if value == INT32.low else "INT64_MIN"
    return str(value) if INT32.low <= value <= INT32.high else f"INT64_C({value})"
