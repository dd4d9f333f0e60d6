"""conv_transpose2d: two-dimensional transposed convolution, NHWC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from ...ir import TensorType
from ..base import Kernel, for_dtype
from ..integers.bounds import Array, Bounds
from ..interfaces import ChannelFlow, Constants, Reach, Types
from ..rules.weighted_sum import (
    WideSumOp,
    channels_read,
    keep_mixed,
    narrow_sums,
    weighted_bounds,
    weights_are_known,
    wide_kernel,
)
from ..rules.window import (
    check_per_channel,
    check_rank,
    check_values,
)
from .dense import with_dense_weights
from .kernels_cmsis_nn import CMSIS_NN_KERNELS
from .kernels_dsp import DSP_KERNELS
from .kernels_mve import MVE_KERNELS
from .kernels_scalar import SCALAR_KERNELS


@dataclass(frozen=True)
class ConvTranspose2d(WideSumOp):
    """Quantized transposed convolution on NHWC int8 or int16.

    Tensors: input [N, H, W, C_in] int8 or int16; weight [C_out, KH, KW, C_in / groups] int8 (OHWI);
    bias [C_out], optional; multipliers and shifts [C_out] int32, the requantization of each
    output channel (see WideSumOp).
    Output: [N, *``output_size``, C_out], of the input's type.

    Input (y, x) times tap (ky, kx) is added to the output at
    (y * stride + ky * dilation - padding, ...) where there is such an output; ``padding`` are the
    rows left out at the top and the columns left out at the left. Groups, offsets and activation
    are those of conv2d.
    Source: TensorFlow Lite 8-bit quantization specification, TRANSPOSE_CONV.
    """

    name: ClassVar[str] = "conv_transpose2d"

    output_size: tuple[int, ...]
    stride: tuple[int, ...] = (1, 1)
    padding: tuple[int, ...] = (0, 0)
    dilation: tuple[int, ...] = (1, 1)
    groups: int = 1

    def __post_init__(self) -> None:
        super().__post_init__()
        check_values(self, "output_size", self.output_size, 2, 1)
        check_values(self, "stride", self.stride, 2, 1)
        check_values(self, "padding", self.padding, 2, 0)
        check_values(self, "dilation", self.dilation, 2, 1)
        self.expect(self.groups >= 1, "groups", "at least 1", self.groups)

    def output_shape(self, types: Mapping[str, TensorType]) -> tuple[int, ...]:
        check_rank(self, types, "input", 4)
        check_rank(self, types, "weight", 4)
        batches, *_, channels = types["input"].shape
        output_channels, *_, group_channels = types["weight"].shape
        divides = channels == group_channels * self.groups and output_channels % self.groups == 0
        self.expect(
            divides,
            "weight",
            f"{channels} input channels in {self.groups} groups in dimension 3 (OHWI), and a "
            "multiple of the groups in dimension 0",
            types["weight"].shape,
        )
        check_per_channel(self, types, ("bias", "multipliers", "shifts"), output_channels)
        return batches, *self.output_size, output_channels

    def constants(self, types: Mapping[str, TensorType]) -> dict[str, int | float]:
        batches, height, width, channels = types["input"].shape
        output_channels, kernel_height, kernel_width, _ = types["weight"].shape
        return super().constants(types) | {
            "batches": batches,
            "input_height": height,
            "input_width": width,
            "input_channels": channels,
            "output_height": self.output_size[0],
            "output_width": self.output_size[1],
            "output_channels": output_channels,
            "kernel_height": kernel_height,
            "kernel_width": kernel_width,
            "stride_height": self.stride[0],
            "stride_width": self.stride[1],
            "padding_top": self.padding[0],
            "padding_left": self.padding[1],
            "dilation_height": self.dilation[0],
            "dilation_width": self.dilation[1],
        }

    def accumulators(
        self, types: Mapping[str, TensorType], constants: Mapping[str, np.ndarray]
    ) -> tuple[np.ndarray, np.ndarray] | None:
        """As if one output read all taps."""
        weight = constants["weight"]
        return narrow_sums(self, types, weight.reshape(len(weight), -1), constants.get("bias"))

    def macs(self, types: Mapping[str, TensorType]) -> int:
        batches, height, width, _ = types["input"].shape
        return batches * height * width * types["weight"].elements

    def bounds(
        self, types: Types, constants: Constants, given: Mapping[str, Bounds]
    ) -> Bounds | None:
        """Of sums of any of the taps, of all groups as of one."""
        if not weights_are_known(types, constants) or "input" not in given or self.groups > 1:
            return None
        taps = constants["weight"].astype(np.int64)
        inputs = given["input"].plus(self.input_offset).or_value(0)
        return weighted_bounds(self, constants, taps, inputs, (1, 2, 3))

    def channel_flow(self, types: Types, constants: Constants) -> ChannelFlow | None:
        if not weights_are_known(types, constants) or self.groups > 1:
            return None
        return ChannelFlow(mixed={"input": channels_read(constants["weight"])})

    def keep_channels(
        self, constants: Constants, kept: Mapping[str, Array]
    ) -> tuple[Any, dict[str, Array]]:
        return self, keep_mixed(constants, kept)

    def reach(self, types: Types, constants: Constants, argument: str, axis: int) -> Reach | None:
        if argument != "input" or axis not in (1, 2):
            return Reach(0) if argument == "input" and axis == 0 else None
        stride, padding = self.stride[axis - 1], self.padding[axis - 1]
        first = self._first_read(types, axis)
        last = (stride - 1 + padding) // stride
        return Reach(axis, first, kernel=last - first + 1, period=stride)

    def _first_read(self, types: Types, axis: int) -> int:
        """The first position of the input that the first period of the output depends on, or one
        before it where that would have to be cut off."""
        side = axis - 1
        reach = self.dilation[side] * (types["weight"].shape[axis] - 1)
        stride, padding = self.stride[side], self.padding[side]
        return min(-((reach - padding) // stride), padding // stride)

    def border_value(self, types: Types, argument: str) -> int | None:
        return -self.input_offset if argument == "input" else None

    def with_positions(
        self, types: Types, constants: Constants, axis: int, count: int
    ) -> tuple[Any, dict[str, Array]]:
        if axis not in (1, 2):
            return self, {}
        padding = list(self.padding)
        padding[axis - 1] -= self.stride[axis - 1] * self._first_read(types, axis)
        return replace(self.longer(axis, count), padding=tuple(padding)), {}

    def longer(self, axis: int, count: int) -> ConvTranspose2d:
        size = (count, self.output_size[1]) if axis == 1 else (self.output_size[0], count)
        return replace(self, output_size=size)


OP = ConvTranspose2d
KERNELS = [
    *for_dtype(
        "int8",
        [
            Kernel("conv_transpose2d_s8__ref"),
            *map(with_dense_weights, (*SCALAR_KERNELS, *DSP_KERNELS, *MVE_KERNELS)),
            *CMSIS_NN_KERNELS,
        ],
    ),
    wide_kernel("conv_transpose2d_s16__ref"),
]
