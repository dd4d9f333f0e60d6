"""quantize on cores without a floating-point unit (Cortex-M0, M0+, M3)."""

from __future__ import annotations

import numpy as np

from ..base import Kernel, Layer


def _constants(layer: Layer) -> dict[str, int | float]:
    bits = int(np.float32(layer.op.inverse_scale).view(np.uint32))
    return {"significand": (bits & 0x7FFFFF) | 0x800000, "exponent": bits >> 23}


INTEGER = Kernel(
    "quantize_s8__integer_scalar",
    applies=lambda layer: layer.output.dtype == "int8" and not layer.op.ties_away,
    constants=_constants,
)

SCALAR_KERNELS = [INTEGER]
