"""avg_pool2d: the mean of each window, over fixed or adaptive windows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import prod
from typing import Any, ClassVar

import numpy as np

from ...ir import INT8, Limits, TensorType
from ..base import Kernel, Op, TensorArgument, for_dtype
from ..integers.bounds import Array, Bounds
from ..interfaces import Border, ChannelFlow, Constants, Piece, Reach, Sums, Types
from ..rules.window import (
    check_activation,
    check_offset,
    check_rank,
    check_values,
    check_window,
    padding_elsewhere,
    padding_with_border,
    window_constants,
    window_output_size,
    window_reach,
)
from .kernels_cmsis_nn import CMSIS_NN_KERNELS
from .kernels_dsp import DSP_KERNELS
from .kernels_mve import MVE_KERNELS
from .kernels_scalar import SCALAR_KERNELS, rounds_away
from .overlap import windows_overlap

LARGEST_DIVISOR = 1 << 22
"""Elements of a window, too: keeps 255 times both, and with it every sum, within int32."""

LARGEST_WIDE_DIVISOR = 1 << 14
"""The same of int16."""


def largest_divisor(limits: Limits) -> int:
    return LARGEST_DIVISOR if limits == INT8 else LARGEST_WIDE_DIVISOR


@dataclass(frozen=True)
class AvgPool2d(Op):
    """Average pooling on NHWC; input and output have the same quantization.

    Tensors: input [N, H, W, C] int8 or int16. Output: [N, H_out, W_out, C] of the same type.

    Windows: ``kernel``, ``stride``, ``padding`` and ``ceil_mode`` as in torch.nn.AvgPool2d, with
    padding on each side. Or, when ``adaptive_output`` = (H_out, W_out), those of
    torch.nn.AdaptiveAvgPool2d: window i covers [floor(i * H / H_out), ceil((i + 1) * H / H_out)),
    and kernel and stride have no meaning.

    The divisor is ``divisor_override`` unless that is 0; else with ``count_include_pad`` the
    elements of the window within the padded input, else those within the input. The result is
    (sum of the window's inputs + (divisor - number of these inputs) * padding_value) / divisor,
    rounded to nearest with ties away from zero, or up with ``ties_up``, then clamped to the
    activation range.
    ``padding_value`` is the input's zero point, so that the real value of padding is 0 and a
    divisor that differs from the number of inputs scales the real value of the sum.
    Source: torch.nn.AvgPool2d for windows and divisors; rounding as TensorFlow Lite and CMSIS-NN,
    ``ties_up`` as TensorFlow Lite in uint8, 128 less.
    """

    name: ClassVar[str] = "avg_pool2d"
    tensors: ClassVar[tuple[TensorArgument, ...]] = (TensorArgument("input", ("int8", "int16")),)
    quantization_data: ClassVar[frozenset[str]] = frozenset(
        {"padding_value", "ties_up", "activation_min", "activation_max"}
    )

    kernel: tuple[int, ...] = (1, 1)
    stride: tuple[int, ...] = (1, 1)
    padding: tuple[int, ...] = (0, 0, 0, 0)
    ceil_mode: bool = False
    count_include_pad: bool = False
    divisor_override: int = 0
    padding_value: int = 0
    adaptive_output: tuple[int, ...] = ()
    ties_up: bool = False
    activation_min: int = INT8.low
    activation_max: int = INT8.high

    @property
    def dilation(self) -> tuple[int, ...]:
        """Average pooling has none; the rules that all windows share ask for it."""
        return (1, 1)

    def __post_init__(self) -> None:
        check_values(self, "kernel", self.kernel, 2, 1)
        check_window(self, self)
        if self.adaptive_output:
            check_values(self, "adaptive_output", self.adaptive_output, 2, 1)
            self.expect(
                not any(self.padding),
                "padding",
                "no padding, since adaptive_output is given",
                self.padding,
            )

    def output_types(self, types: Mapping[str, TensorType]) -> tuple[TensorType, ...]:
        limits = types["input"].limits
        check_activation(self, self.activation_min, self.activation_max, limits)
        check_offset(self, "padding_value", self.padding_value, *limits)
        check_offset(self, "divisor_override", self.divisor_override, 0, largest_divisor(limits))
        if limits != INT8:
            self.expect(not self.ties_up, "ties_up", "False, but for int8", self.ties_up)
        return super().output_types(types)

    def output_shape(self, types: Mapping[str, TensorType]) -> tuple[int, ...]:
        check_rank(self, types, "input", 4)
        batches, height, width, channels = types["input"].shape
        largest = largest_divisor(types["input"].limits)
        if self.adaptive_output:
            self.check_window_sizes((height, width), self.adaptive_output, largest)
            return batches, *self.adaptive_output, channels
        outputs = window_output_size(self, self, (height, width), self.kernel, self.ceil_mode)
        self.check_window_sizes((height, width), outputs, largest)
        for axis, size in enumerate((height, width)):
            reached = all(
                start < size and end > 0 for start, end in self.windows(axis, size, outputs[axis])
            )
            expected = f"so little that every window of kernel {self.kernel} meets the input"
            self.expect(reached, "padding", expected, f"{self.padding}, input {(height, width)}")
        return batches, *outputs, channels

    def check_window_sizes(
        self, size: tuple[int, int], outputs: tuple[int, ...], largest: int
    ) -> None:
        """No window has more than ``largest`` elements."""
        longest = [
            max(end - start for start, end in self.windows(axis, size[axis], outputs[axis]))
            for axis in range(2)
        ]
        expected = f"windows of at most {largest} elements"
        self.expect(prod(longest) <= largest, "kernel", expected, tuple(longest))

    def windows(self, axis: int, size: int, outputs: int) -> list[tuple[int, int]]:
        """[start, end) of each output's window along ``axis`` (0: vertical, 1: horizontal).

        In coordinates of the input, which has ``size`` elements, and within the padded input.
        """
        if self.adaptive_output:
            return [(i * size // outputs, -(-(i + 1) * size // outputs)) for i in range(outputs)]
        starts = [i * self.stride[axis] - self.padding[axis] for i in range(outputs)]
        limit = size + self.padding[axis + 2]
        return [(start, min(start + self.kernel[axis], limit)) for start in starts]

    def has_ties(self, input: TensorType) -> bool:
        """Whether a divisor is even, so that a sum may lie half-way between two multiples."""
        outputs = self.output_shape({"input": input})[1:3]
        if self.divisor_override:
            return self.divisor_override % 2 == 0
        lengths = [
            end - start if self.count_include_pad else min(end, size) - max(start, 0)
            for axis, size in enumerate(input.shape[1:3])
            for start, end in self.windows(axis, size, outputs[axis])
        ]
        return any(length % 2 == 0 for length in lengths)

    def with_fixed_windows(self, input: TensorType) -> AvgPool2d:
        """The same pooling without adaptive windows where these are all of one size."""
        if not self.adaptive_output:
            return self
        pairs = list(zip(input.shape[1:3], self.adaptive_output, strict=True))
        if any(size % outputs for size, outputs in pairs):
            return self
        kernel = tuple(size // outputs for size, outputs in pairs)
        return replace(self, kernel=kernel, stride=kernel, ceil_mode=False, adaptive_output=())

    def constants(self, types: Mapping[str, TensorType]) -> dict[str, int | float]:
        """The fields and sizes; ``adaptive`` is 1 where windows differ in size, so that kernel
        and stride have no meaning."""
        pool = self.with_fixed_windows(types["input"])
        sizes = window_constants(pool, pool.kernel, types["input"], self.output_shape(types))
        adaptive = {"adaptive": int(bool(pool.adaptive_output))}
        return super().constants(types) | sizes | adaptive

    def bounds(
        self, types: Types, constants: Constants, given: Mapping[str, Bounds]
    ) -> Bounds | None:
        if self.divisor_override or "input" not in given:
            return None
        inputs = given["input"]
        if self.count_include_pad:
            inputs = inputs.or_value(self.padding_value)
        return inputs.clamped(self.activation_min, self.activation_max)

    def channel_flow(self, types: Types, constants: Constants) -> ChannelFlow | None:
        return ChannelFlow(tied={"input": np.arange(types["input"].shape[-1])})

    def absorb_border(self, types: Types, border: Border) -> Any | None:
        padding = padding_with_border(self.padding, border)
        if padding is None or self.ceil_mode or self.adaptive_output:
            return None
        if self.divisor_override or (self.count_include_pad and any(self.padding)):
            # Elements that the divisor counts beside the input's have the value that padding has.
            same = border.value == self.padding_value
        else:
            # Every element that a window meets counts now, and must go on counting.
            same = not any(self.padding)
        if not same:
            return None
        return replace(self, padding=padding, count_include_pad=True, padding_value=border.value)

    def reach(self, types: Types, constants: Constants, argument: str, axis: int) -> Reach | None:
        """Adaptive windows are alike where all along the axis are of one size."""
        if not self.adaptive_output or axis == 0:
            return window_reach(self, self.kernel, axis)
        size, outputs = types["input"].shape[axis], (1, *self.adaptive_output, 0)[axis]
        if not outputs or size % outputs:
            return None
        return Reach(axis, stride=size // outputs, kernel=size // outputs)

    def border_value(self, types: Types, argument: str) -> int | None:
        """Where the divisor counts all that lies around the input."""
        if self.divisor_override:
            return self.padding_value
        return self.padding_value if self.count_include_pad and not self._cuts(types) else None

    def _cuts(self, types: Types) -> bool:
        """Whether the padded input ends within a window."""
        return not self.adaptive_output and any(
            end - start < self.kernel[axis - 1]
            for axis in (1, 2)
            for start, end in self._windows_along(types, axis)
        )

    def piece(self, types: Types, axis: int, positions: range) -> Piece | None:
        if axis not in (1, 2) or self.adaptive_output:
            return None
        windows = self._windows_along(types, axis)
        start, end = windows[positions.start][0], windows[positions.stop - 1][1]
        read = range(max(start, 0), min(end, types["input"].shape[axis]))
        padding = list(self.padding)
        padding[axis - 1], padding[axis + 1] = read.start - start, end - read.stop
        return Piece(replace(self, padding=tuple(padding)), read)

    def alike(self, types: Types, axis: int) -> range | None:
        """Windows that lie within the input, where the divisor does not count all around it."""
        if (
            axis not in (1, 2)
            or self.adaptive_output
            or self.border_value(types, "input") is not None
        ):
            return None
        last = types["input"].shape[axis] - self.kernel[axis - 1]
        windows = self._windows_along(types, axis)
        inside = [i for i, (start, _) in enumerate(windows) if 0 <= start <= last]
        return range(inside[0], inside[-1] + 1) if inside else None

    def _windows_along(self, types: Types, axis: int) -> list[tuple[int, int]]:
        return self.windows(axis - 1, types["input"].shape[axis], self.output_shape(types)[axis])

    def sums(self, types: Types) -> Sums | None:
        """Where one window is all of the image of int8."""
        if types["input"].dtype != "int8":
            return None
        batches, height, width, channels = types["input"].shape
        pool = self.with_fixed_windows(types["input"])
        whole = pool.kernel == (height, width) and not any(pool.padding)
        if not whole or self.divisor_override or self.output_shape(types)[1:3] != (1, 1):
            return None
        fields = {
            "divisor": height * width,
            "ties_up": self.ties_up,
            "activation_min": self.activation_min,
            "activation_max": self.activation_max,
        }
        return Sums((batches, height * width, channels), 0, "quotient", fields)

    def with_positions(
        self, types: Types, constants: Constants, axis: int, count: int
    ) -> tuple[Any, dict[str, Array]]:
        adaptive = list(self.adaptive_output)
        if adaptive and axis:
            adaptive[axis - 1] = count
        padding = padding_elsewhere(self.padding, axis)
        return replace(self, padding=padding, adaptive_output=tuple(adaptive)), {}


OP = AvgPool2d
UP = Kernel(
    "avg_pool2d_s8_up__ref", applies=lambda layer: layer.op.ties_up, overlap=windows_overlap
)
KERNELS = [
    *for_dtype(
        "int8",
        [
            Kernel("avg_pool2d_s8__ref", applies=rounds_away, overlap=windows_overlap),
            UP,
            *SCALAR_KERNELS,
            *DSP_KERNELS,
            *MVE_KERNELS,
            *CMSIS_NN_KERNELS,
        ],
    ),
    Kernel("avg_pool2d_s16__ref", dtypes=("int16",)),
]
