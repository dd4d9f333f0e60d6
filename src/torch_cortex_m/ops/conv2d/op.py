"""conv2d: every filter sees all input channels of its group."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from ...ir import TensorType
from ..base import Kernel, for_dtype
from ..integers.bounds import Array, Bounds
from ..interfaces import Border, ChannelFlow, Constants, Reach, Types
from ..rules.overlap import place_by_place
from ..rules.weighted_sum import (
    WideSumOp,
    channels_read,
    fold_into_bias,
    keep_mixed,
    narrow_sums,
    weighted_bounds,
    weights_are_known,
    wide_kernel,
)
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
from .kernels_direct_mve import DIRECT_MVE_KERNELS
from .kernels_dsp import DSP_KERNELS
from .kernels_mve import MVE_KERNELS
from .kernels_scalar import SCALAR_KERNELS


@dataclass(frozen=True)
class Conv2d(WideSumOp):
    """Quantized convolution on NHWC int8 or int16.

    Tensors: input [N, H, W, C_in] int8 or int16; weight [C_out, KH, KW, C_in / groups] int8 (OHWI);
    bias [C_out], optional; multipliers and shifts [C_out] int32, the requantization of each
    output channel (see WideSumOp).
    Output: [N, H_out, W_out, C_out], of the input's type.

    Input and output channels are split into ``groups`` equal runs, and each run of output channels
    reads the run of input channels at its own place.
    ``input_offset`` (= -input zero point) is added to every input; padding counts as zero after
    that. ``output_offset`` (= output zero point) is added after requantization.
    Source: TensorFlow Lite 8-bit quantization specification, CONV_2D.
    """

    name: ClassVar[str] = "conv2d"

    stride: tuple[int, ...] = (1, 1)
    padding: tuple[int, ...] = (0, 0, 0, 0)
    dilation: tuple[int, ...] = (1, 1)
    groups: int = 1

    def __post_init__(self) -> None:
        super().__post_init__()
        check_window(self, self)
        self.expect(self.groups >= 1, "groups", "at least 1", self.groups)

    def output_shape(self, types: Mapping[str, TensorType]) -> tuple[int, ...]:
        check_rank(self, types, "input", 4)
        check_rank(self, types, "weight", 4)
        batches, height, width, channels = types["input"].shape
        output_channels, kernel_height, kernel_width, group_channels = types["weight"].shape
        self.check_groups(channels, output_channels)
        self.expect(
            group_channels == channels // self.groups,
            "weight",
            f"{channels} input channels / groups {self.groups} = {channels // self.groups} "
            "channels in dimension 3 (OHWI)",
            f"{group_channels} channels, shape {types['weight'].shape}",
        )
        check_per_channel(self, types, ("bias", "multipliers", "shifts"), output_channels)
        kernel = (kernel_height, kernel_width)
        out_height, out_width = window_output_size(self, self, (height, width), kernel)
        return batches, out_height, out_width, output_channels

    def check_groups(self, input_channels: int, output_channels: int) -> None:
        for kind, channels in (("input", input_channels), ("output", output_channels)):
            expected = f"a divisor of the {channels} {kind} channels"
            self.expect(channels % self.groups == 0, "groups", expected, self.groups)

    def constants(self, types: Mapping[str, TensorType]) -> dict[str, int | float]:
        kernel = types["weight"].shape[1:3]
        sizes = window_constants(self, kernel, types["input"], self.output_shape(types))
        return super().constants(types) | sizes

    def accumulators(
        self, types: Mapping[str, TensorType], constants: Mapping[str, np.ndarray]
    ) -> tuple[np.ndarray, np.ndarray] | None:
        weight = constants["weight"]
        return narrow_sums(self, types, weight.reshape(len(weight), -1), constants.get("bias"))

    def macs(self, types: Mapping[str, TensorType]) -> int:
        batches, height, width, _ = self.output_shape(types)
        return batches * height * width * types["weight"].elements

    def bounds(
        self, types: Types, constants: Constants, given: Mapping[str, Bounds]
    ) -> Bounds | None:
        if not weights_are_known(types, constants) or "input" not in given:
            return None
        taps = constants["weight"].astype(np.int64)
        inputs = given["input"].plus(self.input_offset)
        if any(self.padding):
            inputs = inputs.or_value(0)
        group_of_output = np.repeat(np.arange(self.groups), len(taps) // self.groups)
        channels = np.arange(taps.shape[3]) + taps.shape[3] * group_of_output[:, None, None, None]
        return weighted_bounds(self, constants, taps, inputs.of(channels), (1, 2, 3))

    def _mixes(self, types: Types, constants: Constants) -> bool:
        """Whether every output channel reads all input channels, by known weights."""
        return self.groups == 1 and weights_are_known(types, constants)

    def channel_flow(self, types: Types, constants: Constants) -> ChannelFlow | None:
        if not self._mixes(types, constants):
            return None
        return ChannelFlow(mixed={"input": channels_read(constants["weight"])})

    def keep_channels(
        self, constants: Constants, kept: Mapping[str, Array]
    ) -> tuple[Any, dict[str, Array]]:
        return self, keep_mixed(constants, kept)

    def fold_constant_channels(
        self, types: Types, constants: Constants, given: Mapping[str, Bounds]
    ) -> dict[str, Array] | None:
        """Where padding is read, too, a channel has to equal the padding."""
        if not self._mixes(types, constants) or "input" not in given:
            return None
        inputs = given["input"]
        exact = (inputs.low + self.input_offset == 0) | (not any(self.padding))
        return fold_into_bias(self, constants, inputs, exact)

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


OP = Conv2d
KERNELS = [
    *for_dtype(
        "int8",
        [
            Kernel("conv2d_s8__ref", overlap=place_by_place),
            *SCALAR_KERNELS,
            *DSP_KERNELS,
            *MVE_KERNELS,
            *DIRECT_MVE_KERNELS,
            *CMSIS_NN_KERNELS,
        ],
    ),
    wide_kernel("conv2d_s16__ref"),
]
