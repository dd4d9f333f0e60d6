"""conv2d on cores with the DSP extension (Cortex-M4, M7, M33)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..base import Layer
from ..packing.cmsis_nn import are_constant
from ..packing.dsp import (
    MatrixPacking,
    can_be_compact,
    can_be_wide,
    can_go_by_place_pairs,
    convolution_overlap,
    convolution_scratch,
    is_better_wide,
    matrix_kernel,
    pack_compact_matrix,
    pack_matrix,
    pack_place_pairs,
    pack_wide_matrix,
)
from .kernels_winograd_dsp import WINOGRAD, WINOGRAD_1D, WINOGRAD_PREFERRED, WINOGRAD_ROWS


def _applies(layer: Layer) -> bool:
    return are_constant(layer, "weight", "bias", "multipliers", "shifts")


def _filters(layer: Layer) -> np.ndarray:
    """[C_out, taps]"""
    weight = layer.constants["weight"]
    return weight.reshape(len(weight), -1)


def _packing(layer: Layer) -> MatrixPacking:
    kernel_height = layer.types["weight"].shape[1]
    return pack_matrix(layer, _filters(layer), kernel_height, layer.op.groups)


def _scratch(layer: Layer, at_a_time: int = 4) -> int:
    _, kernel_height, kernel_width, channels = layer.types["weight"].shape
    scattered = kernel_width > 1 and (layer.op.dilation[1] > 1 or layer.op.groups > 1)
    patches = scattered or any(layer.op.padding)
    return convolution_scratch(layer, kernel_height, kernel_width * channels, patches, at_a_time)


COLUMNS = matrix_kernel(
    "conv2d_s8__columns_dsp",
    applies=_applies,
    packing=_packing,
    scratch_bytes=_scratch,
    leaves_room=True,
    overlap=convolution_overlap,
)


def _applies_wide(layer: Layer) -> bool:
    return _applies(layer) and can_be_wide(layer, _filters(layer), layer.op.groups)


def _wide_is_preferred(layer: Layer) -> bool:
    return _applies(layer) and is_better_wide(layer, _filters(layer), layer.op.groups)


def _wide_packing(layer: Layer) -> MatrixPacking:
    return pack_wide_matrix(layer, _filters(layer), layer.types["weight"].shape[1])


WIDE_COLUMNS = matrix_kernel(
    "conv2d_s8__wide_columns_dsp",
    applies=_applies_wide,
    packing=_wide_packing,
    scratch_bytes=_scratch,
    overlap=convolution_overlap,
)


def _applies_place_pairs(layer: Layer) -> bool:
    return _applies(layer) and can_go_by_place_pairs(layer, _filters(layer), layer.op.groups)


def _place_pairs_packing(layer: Layer) -> MatrixPacking:
    kernel_height = layer.types["weight"].shape[1]
    return pack_place_pairs(layer, _filters(layer), kernel_height, layer.op.groups)


PLACE_PAIRS = matrix_kernel(
    "conv2d_s8__place_pairs_dsp",
    applies=_applies_place_pairs,
    packing=_place_pairs_packing,
    scratch_bytes=lambda layer: _scratch(layer, 2),
    leaves_room=True,
    overlap=lambda layer: convolution_overlap(layer, 2),
)


def _applies_compact(layer: Layer) -> bool:
    return _applies(layer) and can_be_compact(layer, _filters(layer), layer.op.groups)


def _compact_packing(layer: Layer) -> MatrixPacking:
    kernel_height = layer.types["weight"].shape[1]
    return pack_compact_matrix(layer, _filters(layer), kernel_height, layer.op.groups)


COMPACT_COLUMNS = matrix_kernel(
    "conv2d_s8__compact_columns_dsp",
    applies=_applies_compact,
    packing=_compact_packing,
    scratch_bytes=_scratch,
    leaves_room=True,
    lean_form_of=COLUMNS.name,
    overlap=convolution_overlap,
)

DSP_KERNELS = [
    COMPACT_COLUMNS,
    WINOGRAD_1D,
    WINOGRAD_ROWS,
    PLACE_PAIRS,
    WINOGRAD,
    WIDE_COLUMNS,
    COLUMNS,
    replace(WIDE_COLUMNS, applies=_wide_is_preferred),
    WINOGRAD_PREFERRED,
]
