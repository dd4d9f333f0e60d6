"""depthwise_conv2d of a single input channel, which is a general convolution of that channel."""

from __future__ import annotations

from math import prod

import numpy as np

from ..base import Kernel, Layer
from ..packing.cmsis_nn import (
    LARGEST_FILTER,
    PROVIDER,
    are_constant,
    sizes,
    sizes_fit,
    windows_meet_input,
)
from ..rules.overlap import place_by_place


def _one_channel(layer: Layer) -> bool:
    return layer.types["input"].shape[3] == 1 and are_constant(layer, "weight")


def _cmsis_nn_computes(layer: Layer) -> bool:
    values = sizes(layer)
    fits = prod(layer.types["weight"].shape[1:3]) <= LARGEST_FILTER
    return _one_channel(layer) and fits and sizes_fit(values) and windows_meet_input(values)


def _pack(layer: Layer) -> dict[str, np.ndarray]:
    """Weights [1, KH, KW, C_out] -> [C_out, KH, KW, 1]."""
    weight = np.ascontiguousarray(layer.constants["weight"].transpose(3, 1, 2, 0))
    return {**layer.constants, "weight": weight}


CONV2D_REF = Kernel(
    "depthwise_conv2d_s8__conv2d_ref", applies=_one_channel, pack=_pack, overlap=place_by_place
)

CMSIS_NN_CONVOLVE = Kernel(
    "depthwise_conv2d_s8__cmsis_nn_convolve",
    applies=_cmsis_nn_computes,
    pack=_pack,
    provider=PROVIDER,
    symbols=("arm_convolve_wrapper_s8", "arm_convolve_wrapper_s8_get_buffer_size"),
    scratch_function="depthwise_conv2d_s8__cmsis_nn_convolve_scratch_bytes",
)
