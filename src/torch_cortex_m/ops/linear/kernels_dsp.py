"""linear on cores with the DSP extension (Cortex-M4, M7, M33)."""

from __future__ import annotations

from math import prod

from ..base import Layer
from ..integers.requantization import ANY, choose_requantization
from ..packing.cmsis_nn import are_constant
from ..packing.dsp import (
    COMMON_SHIFTS,
    MatrixPacking,
    can_be_compact,
    can_superpose,
    matrix_kernel,
    pack_compact_eight_filters,
    pack_eight_filters,
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


def _has_routines(layer: Layer) -> bool:
    """Few rows, outputs of every value, and a way that routines in assembly have. With four rows at
    a time, each weight would be loaded once for all of them."""
    op = layer.op
    few = prod(layer.output.shape[:-1]) < 4 and _applies(layer)
    if not few or (op.activation_min, op.activation_max) != (-128, 127):
        return False
    return choose_requantization(layer, layer.constants["weight"], COMMON_SHIFTS).way != ANY


def _applies_four_filters(layer: Layer) -> bool:
    filters, features = layer.types["weight"].shape
    return filters >= 4 and len(run_pairs(features)) >= 2 and _has_routines(layer)


def _applies_eight_filters(layer: Layer) -> bool:
    filters, features = layer.types["weight"].shape
    whole = filters >= 8 and features % 4 == 0
    return whole and _has_routines(layer) and can_superpose(layer, layer.constants["weight"])


FOUR_FILTERS = matrix_kernel(
    "linear_s8__four_filters_dsp",
    applies=_applies_four_filters,
    packing=_packing,
    scratch_bytes=_scratch,
)

BYTES = matrix_kernel(
    "linear_s8__bytes_dsp", applies=_applies, packing=_packing, scratch_bytes=lambda layer: 0
)

EIGHT_FILTERS = matrix_kernel(
    "linear_s8__eight_filters_dsp",
    applies=_applies_eight_filters,
    packing=lambda layer: pack_eight_filters(layer, layer.constants["weight"]),
    scratch_bytes=lambda layer: 0,
)


def _applies_compact(layer: Layer) -> bool:
    filters = layer.types["weight"].shape[0]
    whole = filters % 8 == 0 and _applies_eight_filters(layer)
    return whole and can_be_compact(layer, layer.constants["weight"])


COMPACT_EIGHT_FILTERS = matrix_kernel(
    "linear_s8__compact_eight_filters_dsp",
    applies=_applies_compact,
    packing=lambda layer: pack_compact_eight_filters(layer, layer.constants["weight"]),
    scratch_bytes=lambda layer: 0,
    lean_form_of=EIGHT_FILTERS.name,
)

DSP_KERNELS = [COMPACT_EIGHT_FILTERS, BYTES, FOUR_FILTERS, EIGHT_FILTERS, MATRIX]
