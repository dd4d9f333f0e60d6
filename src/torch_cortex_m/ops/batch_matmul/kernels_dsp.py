"""batch_matmul on cores with the DSP extension (Cortex-M4, M7, M33)."""

from __future__ import annotations

from ..base import Kernel, Layer
from .scale import scale_constants
from .sizes import sizes

DSP = frozenset({"dsp"})


def _fills_tiles(layer: Layer) -> bool:
    rows, _, columns = sizes(layer)
    return rows >= 4 and columns >= 2


def _matrix_scratch(layer: Layer) -> int:
    """Columns of four rows, and the stream."""
    _, depth, columns = sizes(layer)
    pairs = (depth + 1) // 2
    return 4 * (4 * pairs + (columns + 1) // 2 * (2 * pairs + 8))


VECTORS = Kernel(
    "batch_matmul_s8__vectors_dsp",
    needs=DSP,
    constants=scale_constants,
    scratch_bytes=lambda layer: 4 * ((sizes(layer).depth + 1) // 2),
)

MATRIX = Kernel(
    "batch_matmul_s8__matrix_dsp",
    needs=DSP,
    applies=_fills_tiles,
    constants=scale_constants,
    scratch_bytes=_matrix_scratch,
)

DSP_KERNELS = [VECTORS, MATRIX]
