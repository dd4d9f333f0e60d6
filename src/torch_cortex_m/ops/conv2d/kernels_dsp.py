"""conv2d on cores with the DSP extension (Cortex-M4, M7, M33)."""

from __future__ import annotations

import numpy as np

from ..base import Kernel, Layer
from ..cmsis_nn import are_constant
from ..matrix_dsp import MatrixPacking, convolution_scratch, pack_matrix
from .kernels_winograd_dsp import WINOGRAD, WINOGRAD_PREFERRED


def _applies(layer: Layer) -> bool:
    return are_constant(layer, "weight", "bias", "multipliers", "shifts")


def _packing(layer: Layer) -> MatrixPacking:
    weight = layer.constants["weight"]
    filters, kernel_height, _, _ = weight.shape
    return pack_matrix(layer, weight.reshape(filters, -1), kernel_height, layer.op.groups)


def _pack(layer: Layer) -> dict[str, np.ndarray]:
    return {"stream": _packing(layer).stream}


def _constants(layer: Layer) -> dict[str, int | float]:
    return _packing(layer).constants()


def _scratch(layer: Layer) -> int:
    _, kernel_height, kernel_width, channels = layer.types["weight"].shape
    scattered = kernel_width > 1 and (layer.op.dilation[1] > 1 or layer.op.groups > 1)
    patches = scattered or any(layer.op.padding)
    return convolution_scratch(layer, kernel_height, kernel_width * channels, patches)


COLUMNS = Kernel(
    "conv2d_s8__columns_dsp",
    applies=_applies,
    needs=frozenset({"dsp"}),
    scratch_bytes=_scratch,
    pack=_pack,
    constants=_constants,
)

DSP_KERNELS = [WINOGRAD, COLUMNS, WINOGRAD_PREFERRED]
