"""max_pool2d on cores without SIMD (Cortex-M0, M0+, M3)."""

from __future__ import annotations

from ..base import Kernel, Layer
from ..rules.overlap import place_by_place


def _applies(layer: Layer) -> bool:
    """Not where the reference's loops vanish: in windows of 2 x 2 that are always complete."""
    op = layer.op
    return op.kernel != (2, 2) or any(op.padding) or op.ceil_mode


SCALAR_KERNELS = [
    Kernel("max_pool2d_s8__channels_scalar", applies=_applies, overlap=place_by_place)
]
