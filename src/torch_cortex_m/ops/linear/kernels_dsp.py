"""linear on cores with the DSP extension (Cortex-M4, M7, M33)."""

from __future__ import annotations

from math import prod

from ..base import Layer
from ..integers.requantization import ANY, choose_requantization
from ..packing.cmsis_nn import are_constant
from ..packing.dsp import (
    COMMON_SHIFTS,
    MatrixPacking,
    matrix_kernel,
    pack_matrix,
    run_pairs,
)


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


def _applies_four_filters(layer: Layer) -> bool:
    """With four rows at a time, each weight would be loaded once for all of them."""
    *leading, features = layer.types["input"].shape
    op, filters = layer.op, layer.output.shape[-1]
    is_possible = prod(leading) < 4 and filters >= 4 and len(run_pairs(features)) >= 2
    if not (is_possible and _applies(layer)):
        return False
    found = choose_requantization(layer, layer.constants["weight"], COMMON_SHIFTS)
    return found.way != ANY and (op.activation_min, op.activation_max) == (-128, 127)


FOUR_FILTERS = matrix_kernel(
    "linear_s8__four_filters_dsp",
    applies=_applies_four_filters,
    packing=_packing,
    scratch_bytes=_scratch,
)

BYTES = matrix_kernel(
    "linear_s8__bytes_dsp", applies=_applies, packing=_packing, scratch_bytes=lambda layer: 0
)

DSP_KERNELS = [BYTES, FOUR_FILTERS, MATRIX]
