"""Constant data as C arrays."""

from __future__ import annotations

import numpy as np

C_TYPES = {"int8": "int8_t", "int32": "int32_t", "float32": "float", "int16": "int16_t"}


def float_literal(value: float) -> str:
    """An exact C11 literal of a float32."""
    return float(np.float32(value)).hex() + "f"


def array_values(data: np.ndarray) -> str:
    """The elements, comma-separated, in lines of at most 100 characters."""
    flat = data.reshape(-1)
    if data.dtype == np.float32:
        items = [float_literal(value) for value in flat]
    else:
        items = [_integer_literal(value) for value in flat.tolist()]
    lines, line = [], ""
    for item in items:
        if len(line) + len(item) + 2 > 96:
            lines.append(line.rstrip())
            line = ""
        line += f"{item}, "
    return "\n".join(f"    {text}" for text in [*lines, line.rstrip()])


def _integer_literal(value: int) -> str:
    return "INT32_MIN" if value == -(1 << 31) else str(value)
