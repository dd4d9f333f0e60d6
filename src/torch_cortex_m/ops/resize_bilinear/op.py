"""resize_bilinear: an image between whose pixels is interpolated, NHWC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from ...ir import TensorType
from ..base import Kernel, Op, TensorArgument
from ..integers.bounds import Array, Bounds
from ..interfaces import ChannelFlow, Constants, Piece, Reach, Types
from ..rules.periods import periodic_positions, periodic_reach, positions_read
from ..rules.window import check_rank, check_values
from .kernels_weights import WEIGHT_KERNELS, packed_places

FRACTION_BITS = 10
"""Of the places between pixels; TensorFlow Lite has as many."""

ONE = 1 << FRACTION_BITS

LARGEST_SIZE = 1 << 20
"""Keeps a place with its fraction within int32."""


@dataclass(frozen=True)
class ResizeBilinear(Op):
    """Each output is interpolated between four pixels; input and output have one quantization.

    Tensors: input [N, H, W, C] int8. Output: [N, H_out, W_out, C] int8.

    ``rows`` says for each output row, in 1/1024 of a pixel, where in the input it lies, and
    ``columns`` the same of the columns: in [0, 1024 * (size - 1)]. With the fractions fy and fx of
    such a place the output is
    ((1024 - fy) * (1024 - fx) * p00 + ... + fy * fx * p11) / 2^20, rounded to nearest with ties
    away from zero.
    Source: TensorFlow Lite 8-bit RESIZE_BILINEAR.
    """

    name: ClassVar[str] = "resize_bilinear"
    tensors: ClassVar[tuple[TensorArgument, ...]] = (TensorArgument("input"),)
    quantization_data: ClassVar[frozenset[str]] = frozenset()

    rows: tuple[int, ...]
    columns: tuple[int, ...]

    def __post_init__(self) -> None:
        check_values(self, "rows", self.rows, max(len(self.rows), 1), 0)
        check_values(self, "columns", self.columns, max(len(self.columns), 1), 0)

    def output_shape(self, types: Mapping[str, TensorType]) -> tuple[int, ...]:
        check_rank(self, types, "input", 4)
        batches, height, width, channels = types["input"].shape
        for name, places, size in (("rows", self.rows, height), ("columns", self.columns, width)):
            largest = (size - 1) << FRACTION_BITS
            self.expect(max(places) <= largest, name, f"at most {largest}", max(places))
            self.expect(size <= LARGEST_SIZE, "input", f"sizes up to {LARGEST_SIZE}", size)
        return batches, len(self.rows), len(self.columns), channels

    def constants(self, types: Mapping[str, TensorType]) -> dict[str, int | float]:
        batches, height, width, channels = types["input"].shape
        return {
            "batches": batches,
            "input_height": height,
            "input_width": width,
            "channels": channels,
            "output_height": len(self.rows),
            "output_width": len(self.columns),
        }

    def bounds(
        self, types: Types, constants: Constants, given: Mapping[str, Bounds]
    ) -> Bounds | None:
        return given.get("input")

    def channel_flow(self, types: Types, constants: Constants) -> ChannelFlow | None:
        return ChannelFlow(tied={"input": np.arange(types["input"].shape[-1])})

    def reach(self, types: Types, constants: Constants, argument: str, axis: int) -> Reach | None:
        if axis not in (1, 2):
            return Reach(axis)
        return periodic_reach(self._places(axis), axis, ONE)

    def with_positions(
        self, types: Types, constants: Constants, axis: int, count: int
    ) -> tuple[Any, dict[str, Array]]:
        reach = self.reach(types, constants, "input", axis)
        if axis not in (1, 2) or reach is None:
            return self, {}
        return self._at(axis, self._places(axis)[:count] - reach.first * ONE), {}

    def piece(self, types: Types, axis: int, positions: range) -> Piece | None:
        if axis not in (1, 2):
            return None
        places = self._places(axis)[positions.start : positions.stop]
        read = positions_read(places, ONE)
        return Piece(self._at(axis, places - read.start * ONE), read)

    def alike(self, types: Types, axis: int) -> range | None:
        return periodic_positions(self._places(axis), ONE) if axis in (1, 2) else None

    def _places(self, axis: int) -> Array:
        return np.array(self.rows if axis == 1 else self.columns)

    def _at(self, axis: int, places: Array) -> ResizeBilinear:
        """The operator whose outputs lie at these places along an axis."""
        return replace(self, **{"rows" if axis == 1 else "columns": tuple(places.tolist())})


OP = ResizeBilinear
KERNELS = [Kernel("resize_bilinear_s8__ref", pack=packed_places), *WEIGHT_KERNELS]
