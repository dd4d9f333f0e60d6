"""linear on cores with the DSP extension (Cortex-M4, M7, M33)."""

from __future__ import annotations

from math import prod

from ..base import Layer
from ..packing.cmsis_nn import are_constant
from ..packing.dsp import MatrixPacking, matrix_kernel, pack_matrix, run_pairs


def _applies(layer: Layer) -> bool:
    known = are_constant(layer, "weight", "bias", "multipliers", "shifts")
    return known and layer.op.weight_offset == 0


def _packing(layer: Layer) -> MatrixPacking:
    return pack_matrix(layer, layer.constants["weight"], runs=1)


def _scratch(layer: Layer) -> int:
    """Columns of four rows, or of one if there are fewer."""
    *leading, features = layer.types["input"].shape
    return 4 * len(run_pairs(features)) * (4 if prod(leading) >= 4 else 1)


MATRIX = matrix_kernel(
    "linear_s8__matrix_dsp", applies=_applies, packing=_packing, scratch_bytes=_scratch
)

DSP_KERNELS = [MATRIX]
