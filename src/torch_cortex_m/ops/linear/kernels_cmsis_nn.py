"""linear by CMSIS-NN: its versions have different functions for it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..base import Kernel, Layer
from ..packing.cmsis_nn import LARGEST_FILTER, LARGEST_SIZE, PROVIDER, are_constant
from ..packing.mve import folded_bias


def _fits(layer: Layer) -> bool:
    features, inputs = layer.types["weight"].shape
    rows = layer.output.elements // features
    return inputs <= LARGEST_FILTER and max(features, rows) <= LARGEST_SIZE


def _without_weight_offset(layer: Layer) -> bool:
    return layer.op.weight_offset == 0 and _fits(layer)


def _is_per_tensor(layer: Layer) -> bool:
    """All features have one multiplier and one shift."""
    names = ("multipliers", "shifts")
    return are_constant(layer, *names) and all(
        bool(np.all(layer.constants[name] == layer.constants[name][0])) for name in names
    )


def _per_tensor_without_weight_offset(layer: Layer) -> bool:
    return _is_per_tensor(layer) and _without_weight_offset(layer)


def _wrapper_computes(layer: Layer) -> bool:
    """On every core: with MVE, the wrapper gives four features one multiplier where weights have an
    offset."""
    return _fits(layer) and (layer.op.weight_offset == 0 or _is_per_tensor(layer))


def _requantization(layer: Layer) -> dict[str, int | float]:
    return {
        "multiplier": int(layer.constants["multipliers"][0]),
        "shift": int(layer.constants["shifts"][0]),
    }


def _sums_are_known(layer: Layer) -> bool:
    known = [name for name in ("weight", "bias") if name in layer.types]
    return are_constant(layer, *known) and _wrapper_computes(layer)


def _with_sums(layer: Layer) -> dict[str, np.ndarray]:
    """In place of the bias, the sum that an input of zeros has."""
    weights = layer.constants["weight"].astype(np.int64) + layer.op.weight_offset
    kept = {name: data for name, data in layer.constants.items() if name != "bias"}
    return {**kept, "sums": folded_bias(layer, weights.sum(axis=1))}


def _per_channel(layer: Layer) -> dict[str, int | float]:
    return {"per_channel": int(not _is_per_tensor(layer))}


CONVOLVE = Kernel(
    "linear_s8__cmsis_nn_convolve",
    applies=_without_weight_offset,
    provider=PROVIDER,
    symbols=("arm_convolve_wrapper_s8", "arm_convolve_wrapper_s8_get_buffer_size"),
    scratch_function="linear_s8__cmsis_nn_convolve_scratch_bytes",
)

# For one row of inputs, the functions for fully connected layers take half the instructions of
# the convolution without MVE. With it, as GCC compiles them, they take more; as Clang does, fewer.
CMSIS_NN_KERNELS = [
    CONVOLVE,
    Kernel(
        "linear_s8__cmsis_nn",
        applies=_per_tensor_without_weight_offset,
        constants=_requantization,
        provider=PROVIDER,
        symbols=("arm_fully_connected_s8",),
        absent_symbols=("arm_vector_sum_s8",),
    ),
    Kernel(
        "linear_s8__cmsis_nn_wrapper",
        applies=_wrapper_computes,
        constants=_per_channel,
        provider=PROVIDER,
        symbols=(
            "arm_fully_connected_wrapper_s8",
            "arm_fully_connected_s8_get_buffer_size",
            "arm_vector_sum_s8",
        ),
        scratch_function="linear_s8__cmsis_nn_wrapper_scratch_bytes",
    ),
    Kernel(
        "linear_s8__cmsis_nn_sums",
        needs=frozenset({"mve"}),
        applies=_sums_are_known,
        pack=_with_sums,
        constants=_per_channel,
        provider=PROVIDER,
        symbols=("arm_fully_connected_wrapper_s8", "arm_vector_sum_s8"),
    ),
    replace(CONVOLVE, needs=frozenset({"mve"})),
]
