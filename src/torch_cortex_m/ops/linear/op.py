"""linear: a fully connected layer over the last dimension."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import Any, ClassVar

import numpy as np

from ...ir import INT8, TensorType
from ..base import Kernel
from ..integers.accumulators import accumulator_ranges
from ..integers.bounds import Array, Bounds
from ..interfaces import ChannelFlow, Constants, Reach, Types
from ..rules.rows import reach_of_rows
from ..rules.weighted_sum import (
    WeightedSumOp,
    channels_read,
    fold_into_bias,
    keep_mixed,
    weighted_bounds,
    weights_are_known,
)
from ..rules.window import check_offset, check_per_channel, check_rank
from .kernels_cmsis_nn import CMSIS_NN_KERNELS
from .kernels_dsp import DSP_KERNELS
from .kernels_mve import MVE_KERNELS
from .kernels_scalar import SCALAR_KERNELS


@dataclass(frozen=True)
class Linear(WeightedSumOp):
    """Quantized fully connected layer on int8, with any number of leading dimensions.

    Tensors: input [..., K] int8; weight [N, K] int8; bias [N] int32, optional; multipliers and
    shifts [N] int32, the requantization of each output feature.
    Output: [..., N] int8.

    ``input_offset`` (= -input zero point) is added to every input, ``weight_offset`` (= -weight
    zero point) to every weight, ``output_offset`` (= output zero point) after requantization.
    Source: TensorFlow Lite 8-bit quantization specification, FULLY_CONNECTED.
    """

    name: ClassVar[str] = "linear"
    quantization_data: ClassVar[frozenset[str]] = WeightedSumOp.quantization_data | {
        "weight_offset"
    }

    weight_offset: int = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        check_offset(self, "weight_offset", self.weight_offset, *INT8.negated())

    def output_shape(self, types: Mapping[str, TensorType]) -> tuple[int, ...]:
        check_rank(self, types, "weight", 2)
        shape = types["input"].shape
        output_features, input_features = types["weight"].shape
        self.expect(len(shape) >= 1, "input", "rank 1 or more", f"rank 0, shape {shape}")
        self.expect(
            shape[-1] == input_features,
            "input",
            f"a last dimension of size {input_features}, as weight {types['weight'].shape} has",
            shape,
        )
        check_per_channel(self, types, ("bias", "multipliers", "shifts"), output_features)
        return (*shape[:-1], output_features)

    def constants(self, types: Mapping[str, TensorType]) -> dict[str, int | float]:
        """The fields and ``rows`` (all leading dimensions in one), ``input_features``,
        ``output_features``."""
        output_features, input_features = types["weight"].shape
        return super().constants(types) | {
            "rows": prod(types["input"].shape[:-1]),
            "input_features": input_features,
            "output_features": output_features,
        }

    def accumulators(
        self, types: Mapping[str, TensorType], constants: Mapping[str, np.ndarray]
    ) -> tuple[np.ndarray, np.ndarray] | None:
        weight = constants["weight"]
        rows = weight.astype(np.int64) + self.weight_offset
        return accumulator_ranges(rows, constants.get("bias"), self.input_offset)

    def macs(self, types: Mapping[str, TensorType]) -> int:
        return prod(types["input"].shape[:-1]) * types["weight"].elements

    def bounds(
        self, types: Types, constants: Constants, given: Mapping[str, Bounds]
    ) -> Bounds | None:
        if not weights_are_known(types, constants) or "input" not in given:
            return None
        taps = constants["weight"].astype(np.int64) + self.weight_offset
        inputs = given["input"].plus(self.input_offset)
        return weighted_bounds(self, constants, taps, inputs, (1,))

    def _zero_weights_are_unread(self, types: Types, constants: Constants) -> bool:
        """Whether an input counts only where its weight, which is known, is not zero."""
        return self.weight_offset == 0 and weights_are_known(types, constants)

    def channel_flow(self, types: Types, constants: Constants) -> ChannelFlow | None:
        if not self._zero_weights_are_unread(types, constants):
            return None
        return ChannelFlow(mixed={"input": channels_read(constants["weight"])})

    def keep_channels(
        self, constants: Constants, kept: Mapping[str, Array]
    ) -> tuple[Any, dict[str, Array]]:
        return self, keep_mixed(constants, kept)

    def fold_constant_channels(
        self, types: Types, constants: Constants, given: Mapping[str, Bounds]
    ) -> dict[str, Array] | None:
        if not self._zero_weights_are_unread(types, constants) or "input" not in given:
            return None
        return fold_into_bias(self, constants, given["input"], np.array(True))

    def feature_weights(self) -> str | None:
        return "weight"

    def reach(self, types: Types, constants: Constants, argument: str, axis: int) -> Reach | None:
        return reach_of_rows(types, argument, axis) if argument == "input" else None

    def reduces(self, types: Types, argument: str, axis: int) -> bool:
        return argument == "input" and axis == len(types["input"].shape) - 1


OP = Linear
KERNELS = [Kernel("linear_s8__ref"), *SCALAR_KERNELS, *DSP_KERNELS, *MVE_KERNELS, *CMSIS_NN_KERNELS]
