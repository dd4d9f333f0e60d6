"""depthwise_conv2d: each input channel is convolved with its own ``depth_multiplier`` filters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from ...ir import TensorType
from ..base import Kernel
from ..integers.accumulators import accumulator_ranges
from ..integers.bounds import Array, Bounds
from ..interfaces import Border, ChannelFlow, Constants, Reach, Types
from ..rules.overlap import place_by_place
from ..rules.weighted_sum import WeightedSumOp, keep_outputs, weighted_bounds, weights_are_known
from ..rules.window import (
    check_per_channel,
    check_rank,
    check_window,
    padding_elsewhere,
    padding_with_border,
    trimmed_window,
    window_constants,
    window_output_size,
    window_reach,
)
from .kernels_cmsis_nn import CMSIS_NN_KERNELS
from .kernels_conv2d import CONV2D_REF
from .kernels_dsp import DSP_KERNELS
from .kernels_mve import MVE_KERNELS
from .kernels_mve_column_pairs import COLUMN_PAIRS_MVE
from .kernels_scalar import SCALAR_KERNELS
from .kernels_tap_pairs_dsp import TAP_PAIRS_DSP


@dataclass(frozen=True)
class DepthwiseConv2d(WeightedSumOp):
    """Quantized depthwise convolution on NHWC int8.

    Tensors: input [N, H, W, C_in] int8; weight [1, KH, KW, C_out] int8 (IHWO), where output
    channel ``c * depth_multiplier + m`` reads input channel ``c``; bias [C_out] int32, optional;
    multipliers and shifts [C_out] int32, the requantization of each output channel.
    Output: [N, H_out, W_out, C_out] int8.

    ``input_offset`` (= -input zero point) is added to every input; padding counts as zero after
    that. ``output_offset`` (= output zero point) is added after requantization.
    Source: TensorFlow Lite 8-bit quantization specification, DEPTHWISE_CONV_2D.
    """

    name: ClassVar[str] = "depthwise_conv2d"

    stride: tuple[int, ...] = (1, 1)
    padding: tuple[int, ...] = (0, 0, 0, 0)
    dilation: tuple[int, ...] = (1, 1)
    depth_multiplier: int = 1

    def __post_init__(self) -> None:
        super().__post_init__()
        check_window(self, self)
        self.expect(
            self.depth_multiplier >= 1, "depth_multiplier", "at least 1", self.depth_multiplier
        )

    def output_shape(self, types: Mapping[str, TensorType]) -> tuple[int, ...]:
        check_rank(self, types, "input", 4)
        check_rank(self, types, "weight", 4)
        batches, height, width, channels = types["input"].shape
        first, kernel_height, kernel_width, output_channels = types["weight"].shape
        self.expect(first == 1, "weight", "dimension 0 of size 1 (IHWO)", types["weight"].shape)
        self.expect(
            output_channels == channels * self.depth_multiplier,
            "weight",
            f"{channels} input channels x depth_multiplier {self.depth_multiplier} = "
            f"{channels * self.depth_multiplier} output channels",
            f"{output_channels} output channels",
        )
        check_per_channel(self, types, ("bias", "multipliers", "shifts"), output_channels)
        kernel = (kernel_height, kernel_width)
        out_height, out_width = window_output_size(self, self, (height, width), kernel)
        return batches, out_height, out_width, output_channels

    def constants(self, types: Mapping[str, TensorType]) -> dict[str, int | float]:
        kernel = types["weight"].shape[1:3]
        sizes = window_constants(self, kernel, types["input"], self.output_shape(types))
        return super().constants(types) | sizes

    def accumulators(
        self, types: Mapping[str, TensorType], constants: Mapping[str, np.ndarray]
    ) -> tuple[np.ndarray, np.ndarray] | None:
        weight = constants["weight"]
        rows = weight.reshape(-1, weight.shape[-1]).T
        return accumulator_ranges(rows, constants.get("bias"), self.input_offset)

    def macs(self, types: Mapping[str, TensorType]) -> int:
        _, kernel_height, kernel_width, _ = types["weight"].shape
        batches, height, width, channels = self.output_shape(types)
        return batches * height * width * channels * kernel_height * kernel_width

    def bounds(
        self, types: Types, constants: Constants, given: Mapping[str, Bounds]
    ) -> Bounds | None:
        if not weights_are_known(types, constants) or "input" not in given:
            return None
        taps = constants["weight"][0].astype(np.int64)
        inputs = given["input"].plus(self.input_offset)
        if any(self.padding):
            inputs = inputs.or_value(0)
        inputs = inputs.of(self._sources(taps.shape[-1]))
        return weighted_bounds(self, constants, taps, inputs, (0, 1))

    def _sources(self, output_channels: int) -> Array:
        """The input channel that each output channel reads."""
        return np.arange(output_channels) // self.depth_multiplier

    def channel_flow(self, types: Types, constants: Constants) -> ChannelFlow | None:
        if not weights_are_known(types, constants):
            return None
        return ChannelFlow(tied={"input": self._sources(types["weight"].shape[-1])})

    def keep_channels(
        self, constants: Constants, kept: Mapping[str, Array]
    ) -> tuple[Any, dict[str, Array]]:
        weight = constants["weight"][..., kept["output"]]
        return self, {"weight": weight, **keep_outputs(constants, kept["output"])}

    def absorb_border(self, types: Types, border: Border) -> Any | None:
        padding = padding_with_border(self.padding, border)
        same = padding is not None and border.value == -self.input_offset
        return replace(self, padding=padding) if same else None

    def without_unread_taps(
        self, types: Types, constants: Constants
    ) -> tuple[Any, dict[str, Array]] | None:
        return trimmed_window(self, types, constants)

    def reach(self, types: Types, constants: Constants, argument: str, axis: int) -> Reach | None:
        return window_reach(self, types["weight"].shape[1:3], axis) if argument == "input" else None

    def border_value(self, types: Types, argument: str) -> int | None:
        return -self.input_offset if argument == "input" else None

    def with_positions(
        self, types: Types, constants: Constants, axis: int, count: int
    ) -> tuple[Any, dict[str, Array]]:
        return replace(self, padding=padding_elsewhere(self.padding, axis)), {}


OP = DepthwiseConv2d
KERNELS = [
    Kernel("depthwise_conv2d_s8__ref", overlap=place_by_place),
    CONV2D_REF,
    *SCALAR_KERNELS,
    *DSP_KERNELS,
    TAP_PAIRS_DSP,
    *MVE_KERNELS,
    COLUMN_PAIRS_MVE,
    *CMSIS_NN_KERNELS,
]
