"""batch_matmul on cores with the DSP extension (Cortex-M4, M7, M33)."""

from __future__ import annotations

from typing import Any

from ..base import Kernel, Layer
from ..integers.requantization import ANY, LARGEST_SHIFT, RIGHT
from .sizes import sizes

DSP = frozenset({"dsp"})

LARGEST_DOUBLED_DEPTH = 1 << 14
"""Up to here sums stay below 2^30, so that they can be doubled."""


def _fills_tiles(layer: Layer) -> bool:
    rows, _, columns = sizes(layer)
    return rows >= 4 and columns >= 2


def _matrix_scratch(layer: Layer) -> int:
    """Columns of four rows, and the stream."""
    _, depth, columns = sizes(layer)
    pairs = (depth + 1) // 2
    return 4 * (4 * pairs + (columns + 1) // 2 * (2 * pairs + 8))


def _scale(layer: Layer) -> dict[str, int | float]:
    op: Any = layer.op
    shifts_right = op.multiplier >= 0 and 1 <= -op.shift <= LARGEST_SHIFT
    if not shifts_right or sizes(layer).depth > LARGEST_DOUBLED_DEPTH:
        return {"way": ANY, "addend": 0}
    addend = (op.output_offset << -op.shift) + (1 << (-op.shift - 1))
    return {"way": RIGHT, "addend": addend, "shift": -op.shift}


VECTORS = Kernel(
    "batch_matmul_s8__vectors_dsp",
    needs=DSP,
    constants=_scale,
    scratch_bytes=lambda layer: 4 * ((sizes(layer).depth + 1) // 2),
)

MATRIX = Kernel(
    "batch_matmul_s8__matrix_dsp",
    needs=DSP,
    applies=_fills_tiles,
    constants=_scale,
    scratch_bytes=_matrix_scratch,
)

DSP_KERNELS = [VECTORS, MATRIX]
