"""linear on cores with the DSP extension (Cortex-M4, M7, M33)."""

from __future__ import annotations

from math import prod

import numpy as np

from ..base import Kernel, Layer
from ..cmsis_nn import are_constant
from ..matrix_dsp import MatrixPacking, pack_matrix, run_pairs


def _applies(layer: Layer) -> bool:
    known = are_constant(layer, "weight", "bias", "multipliers", "shifts")
    return known and layer.op.weight_offset == 0


def _packing(layer: Layer) -> MatrixPacking:
    return pack_matrix(layer, layer.constants["weight"], runs=1)


def _pack(layer: Layer) -> dict[str, np.ndarray]:
    return {"stream": _packing(layer).stream}


def _constants(layer: Layer) -> dict[str, int | float]:
    return _packing(layer).constants()


def _scratch(layer: Layer) -> int:
    """Columns of four rows, or of one if there are fewer."""
    *leading, features = layer.types["input"].shape
    return 4 * len(run_pairs(features)) * (4 if prod(leading) >= 4 else 1)


MATRIX = Kernel(
    "linear_s8__matrix_dsp",
    applies=_applies,
    needs=frozenset({"dsp"}),
    scratch_bytes=_scratch,
    pack=_pack,
    constants=_constants,
)

DSP_KERNELS = [MATRIX]
