"""The values that rescale must compute, everywhere."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...ir import TensorType, limits
from ..base import Case
from ..rules.case_data import generator, random_data
from ..rules.integer_types import OUTPUTS
from .op import Rescale

FACTORS: dict[str, dict[str, Any]] = {
    "one": {},
    "up": {"multiplier": 1518500250, "shift": 6, "input_offset": 3},
    "down": {"multiplier": 1518500250, "shift": -9, "output_offset": -77},
    "zero": {"multiplier": 0, "shift": 0, "output_offset": 9},
    "negative": {"multiplier": -(1 << 30), "shift": -2},
    "shift_31": {"multiplier": (1 << 31) - 1, "shift": -31},
    "left_shift_30": {"multiplier": 1 << 24, "shift": 30, "input_offset": 1},
}


def case(name: str, dtype: str, shape: tuple[int, ...] = (3, 50), **fields: Any) -> Case:
    """Values of the whole type, the ends and those around 0 among them."""
    data = random_data(generator(f"rescale {name}"), TensorType(shape, dtype))
    special = np.array([*limits(dtype), -1, 0, 1], data.dtype)
    data.reshape(-1)[: special.size] = special[: data.size]
    return Case(name, Rescale(**fields), {"input": data})


def offsets_at_ends(source: str, output_bytes: int) -> Case:
    """Zero points at the ends of both types; without overflow in int32."""
    result = limits(OUTPUTS[output_bytes])
    offset = -limits(source).low if source != "int32" else 0
    zero = result.high if output_bytes < 4 else 0
    return case(
        f"{source}_to_{output_bytes}_ends",
        source,
        output_bytes=output_bytes,
        input_offset=offset,
        multiplier=1 << 30,
        shift=-1,
        output_offset=zero,
    )


CASES = [
    *(
        case(f"{source}_to_{output_bytes}_{name}", source, output_bytes=output_bytes, **fields)
        for source in OUTPUTS.values()
        for output_bytes in OUTPUTS
        for name, fields in FACTORS.items()
    ),
    *(offsets_at_ends(source, each) for source in OUTPUTS.values() for each in OUTPUTS),
    case("wraps", "int32", output_bytes=4, input_offset=1 << 30, output_offset=1 << 30),
    case("rank_0", "int8", (), output_bytes=2),
    case("rank_6", "int16", (1, 2, 1, 3, 2, 2), output_bytes=1),
]
