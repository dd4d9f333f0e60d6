"""reshape: the same elements under another shape."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import prod
from typing import Any, ClassVar

import numpy as np

from ...ir import DTYPES, TensorType
from ..base import Kernel, Op, TensorArgument
from ..integers.bounds import Array, Bounds
from ..interfaces import ChannelFlow, Constants, Reach, Types
from ..rules.permutation import long_sizes


@dataclass(frozen=True)
class Reshape(Op):
    """Gives a tensor the shape ``shape``; elements keep their row-major order.

    Tensors: input of any dtype and shape. Output: the same dtype, in the input's own memory.
    Source: numpy.reshape.
    """

    name: ClassVar[str] = "reshape"
    tensors: ClassVar[tuple[TensorArgument, ...]] = (TensorArgument("input", tuple(DTYPES)),)
    reshapes: ClassVar[bool] = True

    shape: tuple[int, ...]

    def __post_init__(self) -> None:
        positive = all(size >= 1 for size in self.shape)
        self.expect(positive, "shape", "sizes of at least 1", self.shape)

    def output_shape(self, types: Mapping[str, TensorType]) -> tuple[int, ...]:
        elements = types["input"].elements
        self.expect(
            prod(self.shape) == elements,
            "shape",
            f"a shape of {elements} elements, as many as input's shape {types['input'].shape}",
            f"{self.shape}, {prod(self.shape)} elements",
        )
        return self.shape

    def _sources(self, channels: int) -> Array | None:
        """The input channel of each output channel: a flattened image has channel f modulo C at
        feature f. None: output channels are not made of whole input channels."""
        features = (1, *self.shape)[-1]
        return None if features % channels else np.arange(features) % channels

    def bounds(
        self, types: Types, constants: Constants, given: Mapping[str, Bounds]
    ) -> Bounds | None:
        sources = self._sources(len(given["input"].low)) if "input" in given else None
        return None if sources is None else given["input"].of(sources)

    def channel_flow(self, types: Types, constants: Constants) -> ChannelFlow | None:
        sources = self._sources((1, *types["input"].shape)[-1])
        return None if sources is None else ChannelFlow(tied={"input": sources})

    def keep_channels(
        self, constants: Constants, kept: Mapping[str, Array]
    ) -> tuple[Any, dict[str, Array]]:
        _, changed = super().keep_channels(constants, kept)
        if not self.shape:
            return self, changed
        return replace(self, shape=(*self.shape[:-1], int(kept["output"].sum()))), changed

    def follows_layout(self, types: Types, output: TensorType) -> bool:
        """Where it only adds or removes axes of size 1."""
        return long_sizes(types["input"].shape) == long_sizes(output.shape)

    def in_layout(self, permutation: tuple[int, ...], output_shape: tuple[int, ...]) -> Any:
        return replace(self, shape=output_shape)

    def reach(self, types: Types, constants: Constants, argument: str, axis: int) -> Reach | None:
        """Where the axis is one of its own before and after."""
        shape = types["input"].shape
        before = prod(shape[:axis])
        kept = (prod(self.shape[:place]) == before for place in range(len(self.shape)))
        places = (place for place, same in enumerate(kept) if same)
        return next((Reach(p) for p in places if self.shape[p] == shape[axis]), None)

    def with_positions(
        self, types: Types, constants: Constants, axis: int, count: int
    ) -> tuple[Any, dict[str, Array]]:
        return replace(self, shape=(*self.shape[:axis], count, *self.shape[axis + 1 :])), {}


OP = Reshape
KERNELS: list[Kernel] = []
