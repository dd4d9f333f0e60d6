"""What svdf's kernels for all cores ask about a layer."""

from __future__ import annotations

import numpy as np

from ...ir import limits
from ..base import Layer
from ..integers.requantization import LARGEST_SHIFT, folded_bias, wrapped
from ..packing.cmsis_nn import are_constant
from ..packing.gates import GateProduct, gate_product


def has_constant_weights(layer: Layer) -> bool:
    return are_constant(layer, "feature_weight", "time_weight", "bias")


def is_wide(layer: Layer) -> bool:
    return layer.types["state"].dtype == "int16"


def features(layer: Layer) -> GateProduct:
    """The filters' features, as those of one gate."""
    op = layer.op
    constants = {
        "feature_weight": layer.constants["feature_weight"],
        "feature_multipliers": np.array([op.feature_multiplier], np.int32),
        "feature_shifts": np.array([op.feature_shift], np.int32),
    }
    return gate_product(constants, "feature", op.input_offset)


def unit_bias(layer: Layer) -> np.ndarray:
    """int32: the bias for states without a zero point."""
    weights = _of_units(layer)
    bias = layer.constants.get("bias", np.zeros(len(weights), np.int32))
    return wrapped(folded_bias(weights, bias, -layer.op.state_zero_point))


def is_plain(layer: Layer) -> bool:
    """Whether units' sums are below 2^30 in magnitude, and their scaling shifts right."""
    op = layer.op
    largest = limits(layer.types["state"].dtype).span + 1
    sums = np.abs(_of_units(layer).astype(np.int64)).sum(axis=1) * largest
    bias = np.abs(unit_bias(layer).astype(np.int64))
    shifts = 1 <= -op.output_shift <= LARGEST_SHIFT
    return op.output_multiplier >= 0 and shifts and int((sums + bias).max()) < 1 << 30


def padded_times(layer: Layer, multiple: int) -> np.ndarray:
    """The weights of each filter over time, with zeros to a multiple of so many."""
    weights = layer.constants["time_weight"]
    return np.pad(weights, ((0, 0), (0, -weights.shape[1] % multiple)))


def _of_units(layer: Layer) -> np.ndarray:
    weights = layer.constants["time_weight"]
    return weights.reshape(-1, layer.op.rank * weights.shape[1])
