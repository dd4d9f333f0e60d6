"""max_pool2d: the largest value in each window."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from ...ir import INT8, TensorType
from ..base import Kernel, Op, TensorArgument, for_dtype
from ..integers.bounds import Array, Bounds
from ..interfaces import Border, ChannelFlow, Constants, Reach, Types
from ..rules.overlap import place_by_place
from ..rules.window import (
    check_activation,
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
from .kernels_scalar import SCALAR_KERNELS


@dataclass(frozen=True)
class MaxPool2d(Op):
    """Maximum pooling on NHWC; input and output have the same quantization.

    Tensors: input [N, H, W, C] int8 or int16. Output: [N, H_out, W_out, C] of the same type.

    Padding never wins: it counts as the least of its type, and so does a window without any input
    element.
    ``ceil_mode`` adds windows that reach beyond the padded input, as PyTorch does.
    Source: torch.nn.MaxPool2d; TensorFlow Lite 8-bit quantization specification, MAX_POOL_2D.
    """

    name: ClassVar[str] = "max_pool2d"
    tensors: ClassVar[tuple[TensorArgument, ...]] = (TensorArgument("input", ("int8", "int16")),)
    quantization_data: ClassVar[frozenset[str]] = frozenset({"activation_min", "activation_max"})

    kernel: tuple[int, ...]
    stride: tuple[int, ...] = (1, 1)
    padding: tuple[int, ...] = (0, 0, 0, 0)
    dilation: tuple[int, ...] = (1, 1)
    ceil_mode: bool = False
    activation_min: int = INT8.low
    activation_max: int = INT8.high

    def __post_init__(self) -> None:
        check_values(self, "kernel", self.kernel, 2, 1)
        check_window(self, self)

    def output_types(self, types: Mapping[str, TensorType]) -> tuple[TensorType, ...]:
        check_activation(self, self.activation_min, self.activation_max, types["input"].limits)
        return super().output_types(types)

    def output_shape(self, types: Mapping[str, TensorType]) -> tuple[int, ...]:
        check_rank(self, types, "input", 4)
        batches, height, width, channels = types["input"].shape
        size = window_output_size(self, self, (height, width), self.kernel, self.ceil_mode)
        return batches, *size, channels

    def constants(self, types: Mapping[str, TensorType]) -> dict[str, int | float]:
        sizes = window_constants(self, self.kernel, types["input"], self.output_shape(types))
        return super().constants(types) | sizes

    def bounds(
        self, types: Types, constants: Constants, given: Mapping[str, Bounds]
    ) -> Bounds | None:
        if "input" not in given:
            return None
        low, high = given["input"].low, given["input"].high
        if not self._every_window_meets_the_input():
            low = np.full_like(low, INT8.low)
        return Bounds(low, high).clamped(self.activation_min, self.activation_max)

    def _every_window_meets_the_input(self) -> bool:
        """A dilated window may step over it; another lies in the padding only if it fits there."""
        fits = any(
            self.padding[side] >= self.kernel[axis] for axis in (0, 1) for side in (axis, axis + 2)
        )
        return self.dilation == (1, 1) and not fits

    def channel_flow(self, types: Types, constants: Constants) -> ChannelFlow | None:
        return ChannelFlow(tied={"input": np.arange(types["input"].shape[-1])})

    def absorb_border(self, types: Types, border: Border) -> Any | None:
        """With ``ceil_mode``, padding before and after the input limit the windows differently."""
        padding = padding_with_border(self.padding, border)
        is_least = border.value == types["input"].limits.low
        same = padding is not None and is_least and not self.ceil_mode
        return replace(self, padding=padding) if same else None

    def reach(self, types: Types, constants: Constants, argument: str, axis: int) -> Reach | None:
        return window_reach(self, self.kernel, axis) if argument == "input" else None

    def border_value(self, types: Types, argument: str) -> int | None:
        return types[argument].limits.low

    def with_positions(
        self, types: Types, constants: Constants, axis: int, count: int
    ) -> tuple[Any, dict[str, Array]]:
        return replace(self, padding=padding_elsewhere(self.padding, axis)), {}


OP = MaxPool2d
KERNELS = [
    *for_dtype(
        "int8",
        [
            Kernel("max_pool2d_s8__ref", overlap=place_by_place),
            *SCALAR_KERNELS,
            *DSP_KERNELS,
            *MVE_KERNELS,
            *CMSIS_NN_KERNELS,
        ],
    ),
    Kernel("max_pool2d_s16__ref", dtypes=("int16",)),
]
