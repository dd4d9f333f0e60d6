"""svdf by CMSIS-NN."""

from __future__ import annotations

from math import prod

import numpy as np

from ..base import Kernel, Layer
from ..integers.requantization import wrapped
from ..packing.cmsis_nn import LARGEST_SIZE, PROVIDER, are_constant


def _fits(layer: Layer) -> bool:
    """CMSIS-NN's states have no zero point; it counts filters and times in 16 bits."""
    known = are_constant(layer, "feature_weight", "time_weight", "bias")
    sizes = (*layer.types["feature_weight"].shape, prod(layer.types["state"].shape))
    return known and layer.op.state_zero_point == 0 and max(sizes) <= LARGEST_SIZE


def _computes(layer: Layer) -> bool:
    return _fits(layer) and layer.types["state"].dtype == "int8"


def _computes_wide(layer: Layer) -> bool:
    return _fits(layer) and layer.types["state"].dtype == "int16"


def _with_sums(layer: Layer) -> dict[str, np.ndarray]:
    """Of each filter's weights, times the input's offset."""
    sums = layer.constants["feature_weight"].astype(np.int64).sum(axis=1)
    return {**layer.constants, "feature_sums": wrapped(sums * layer.op.input_offset)}


def _scratch(layer: Layer) -> int:
    batches, filters = layer.types["input"].shape[0], layer.types["time_weight"].shape[0]
    return 4 * batches * (filters + filters // layer.op.rank)


CMSIS_NN_KERNELS = [
    Kernel(
        "svdf_s8__cmsis_nn",
        applies=_computes,
        pack=_with_sums,
        scratch_bytes=_scratch,
        provider=PROVIDER,
        symbols=("arm_svdf_s8", "arm_svdf_s8_get_buffer_size"),
    ),
    Kernel(
        "svdf_s8_s16__cmsis_nn",
        applies=_computes_wide,
        scratch_bytes=_scratch,
        provider=PROVIDER,
        symbols=("arm_svdf_state_s16_s8",),
    ),
]
