"""batch_matmul on cores without SIMD (Cortex-M0, M0+, M3)."""

from __future__ import annotations

from ..base import Kernel, Layer
from .scale import scale_constants
from .sizes import sizes


def _applies(layer: Layer) -> bool:
    """Columns that only one row meets are not worth preparing."""
    return sizes(layer).rows > 1


def _scratch(layer: Layer) -> int:
    """A bias for each column, a row, and all columns."""
    _, depth, columns = sizes(layer)
    return 4 * columns + depth + depth * columns


SCALAR_KERNELS = [
    Kernel(
        "batch_matmul_s8__columns_scalar",
        applies=_applies,
        constants=scale_constants,
        scratch_bytes=_scratch,
    )
]
