"""softmax for MVE (Cortex-M55, M85), with a table of exponentials."""

from __future__ import annotations

import numpy as np

from ..base import Kernel, Layer
from .kernels_portable import exponentials, is_regular

ENTRIES = 256
"""Of all differences of two int8."""


def _table(layer: Layer) -> np.ndarray:
    """The exponentials, and after the last one that is not zero a zero."""
    values = exponentials(layer.op)
    return values if len(values) == ENTRIES else np.append(values, np.int32(0))


MVE_KERNELS = [
    Kernel(
        "softmax_s8__gather_mve",
        needs=frozenset({"mve"}),
        applies=is_regular,
        pack=lambda layer: {"table": _table(layer)},
        constants=lambda layer: {"last": len(_table(layer)) - 1},
        in_place=lambda layer: ("input",),
    )
]
