"""dequantize by a table of its 256 outputs, on any core."""

from __future__ import annotations

import numpy as np

from ..base import Kernel, Layer

LEAST_ELEMENTS = 256
"""From here on, 1 KiB of flash saves 15000 instructions or more without a floating-point unit, and
1000 with one."""


def _applies(layer: Layer) -> bool:
    return layer.output.elements >= LEAST_ELEMENTS


def _pack(layer: Layer) -> dict[str, np.ndarray]:
    """The outputs of 0 ... 127, -128 ... -1: int8 values in the order of their bytes."""
    values = np.arange(256).astype(np.uint8).view(np.int8).astype(np.int32)
    steps = (values - layer.op.zero_point).astype(np.float32)
    return {"table": steps * np.float32(layer.op.scale)}


TABLE_KERNELS = [Kernel("dequantize_s8__table", applies=_applies, dtypes=("int8",), pack=_pack)]
