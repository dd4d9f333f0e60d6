"""avg_pool2d on cores without SIMD (Cortex-M0, M0+, M3)."""

from __future__ import annotations

from ..base import Kernel, Layer
from .overlap import windows_overlap


def rounds_away(layer: Layer) -> bool:
    """Whether the result is the same if ties are rounded away from zero."""
    return not (layer.op.ties_up and layer.op.has_ties(layer.types["input"]))


SCALAR_KERNELS = [
    Kernel("avg_pool2d_s8__channels_scalar", applies=rounds_away, overlap=windows_overlap)
]
