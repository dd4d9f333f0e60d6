"""The values that negate must compute, everywhere."""

from __future__ import annotations

from typing import Any

import numpy as np

from torch_cortex_m.ir import INT8
from torch_cortex_m.ops.base import Case

from .op import Negate

ALL_VALUES = np.arange(INT8.low, INT8.high + 1).astype(np.int8)


def case(name: str, values: np.ndarray = ALL_VALUES, **fields: Any) -> Case:
    return Case(name, Negate(**fields), {"input": values})


CASES = [
    case("saturates"),
    case("zero_points", input_offset=5, output_offset=-7),
    case("relu", output_offset=INT8.low, activation_min=INT8.low),
    case("scale_down", multiplier=1518500250, shift=-1, output_offset=3),
    case("ties", multiplier=1 << 30, shift=0),
    case("rank_0", np.array(INT8.low, np.int8)),
]
