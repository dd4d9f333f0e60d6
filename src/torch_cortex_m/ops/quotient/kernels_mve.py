"""quotient on MVE (Cortex-M55, M85): by the reciprocal of the divisor.

For a divisor d up to 2^shift and m = 2^(30 + shift) / d, rounded up, m * d is less than d too
large, so that floor(n * m / 2^(30 + shift)) is floor(n / d) for every n below 2^30.
"""

from __future__ import annotations

from ..base import Kernel, Layer

LIMIT = 129
"""Times the divisor: more is beyond int8, and 130 times the largest divisor is below 2^30."""


def _constants(layer: Layer) -> dict[str, int | float]:
    divisor: int = layer.op.divisor
    shift = (divisor - 1).bit_length()
    reciprocal = -(-(1 << (30 + shift)) // divisor)
    return {
        "limit": LIMIT * divisor,
        "shift": shift,
        "reciprocal": reciprocal if divisor > 1 else 0,
    }


MVE_KERNELS = [
    Kernel("quotient_s32__reciprocal_mve", needs=frozenset({"mve"}), constants=_constants)
]
