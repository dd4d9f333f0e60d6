"""concatenate: two tensors behind each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import prod
from typing import Any, ClassVar

import numpy as np

from ...ir import DTYPES, TensorType
from ...ir.artifacts import Overlap
from ..base import Kernel, Layer, Op, Part, TensorArgument
from ..integers.bounds import Bounds, any_int8
from ..interfaces import Constants, Reach, Types


@dataclass(frozen=True)
class Concatenate(Op):
    """Puts the second tensor behind the first in dimension ``axis``; more than two make a chain.

    Tensors: first, second of one dtype and, but for this dimension, one shape. Output: the same
    dtype. An argument that is computed where it belongs in the output costs nothing; of a chain
    that is so for all of its tensors.
    Source: numpy.concatenate.
    """

    name: ClassVar[str] = "concatenate"
    tensors: ClassVar[tuple[TensorArgument, ...]] = (
        TensorArgument("first", tuple(DTYPES)),
        TensorArgument("second", tuple(DTYPES)),
    )

    aligned: ClassVar[bool] = True
    only_moves: ClassVar[bool] = True

    axis: int

    def output_shape(self, types: Mapping[str, TensorType]) -> tuple[int, ...]:
        first, second = types["first"], types["second"]
        self.expect(first.dtype == second.dtype, "second", first.dtype, second.dtype)
        rank = len(first.shape)
        self.expect(0 <= self.axis < rank, "axis", f"a dimension of {first.shape}", self.axis)
        fits = len(second.shape) == rank and all(
            first.shape[i] == second.shape[i] for i in range(rank) if i != self.axis
        )
        expected = f"{first.shape}, but for dimension {self.axis}"
        self.expect(fits, "second", expected, second.shape)
        joined = first.shape[self.axis] + second.shape[self.axis]
        return (*first.shape[: self.axis], joined, *first.shape[self.axis + 1 :])

    def parts(self, types: Mapping[str, TensorType]) -> Mapping[str, Part]:
        first, second = (self._run(types[name]) for name in ("first", "second"))
        stride = first + second
        return {"first": Part(0, first, stride), "second": Part(first, second, stride)}

    def _run(self, type_: TensorType) -> int:
        """Bytes that lie side by side in the output."""
        return prod(type_.shape[self.axis :]) * type_.element_bytes

    def bounds(
        self, types: Types, constants: Constants, given: Mapping[str, Bounds]
    ) -> Bounds | None:
        """Of the channels of both, side by side or in one place."""
        channels = {name: type_.shape[-1] for name, type_ in types.items()}
        first, second = (given.get(n, any_int8(channels[n])) for n in ("first", "second"))
        if self.axis == len(types["first"].shape) - 1:
            ends = zip((first.low, first.high), (second.low, second.high), strict=True)
            return Bounds(*(np.concatenate(pair) for pair in ends))
        return Bounds(np.minimum(first.low, second.low), np.maximum(first.high, second.high))

    def in_layout(self, permutation: tuple[int, ...], output_shape: tuple[int, ...]) -> Any:
        return replace(self, axis=permutation.index(self.axis))

    def reach(self, types: Types, constants: Constants, argument: str, axis: int) -> Reach | None:
        return None if axis == self.axis else Reach(axis)

    def constants(self, types: Mapping[str, TensorType]) -> dict[str, int | float]:
        first, second = types["first"], types["second"]
        return {
            "rows": prod(first.shape[: self.axis]),
            "first_run": self._run(first),
            "second_run": self._run(second),
            "element_bytes": first.element_bytes,
        }


def _joins_rows(layer: Layer) -> bool:
    """Whether what the kernel calls rows are those of the output."""
    return layer.op.axis == len(layer.output.shape) - 1


def _has_stride_of_runs(layer: Layer) -> dict[str, int | float]:
    """Rows of the loop that are not rows of the output touch each other."""
    if _joins_rows(layer):
        return {}
    runs = layer.op.parts(layer.types)["first"].stride
    return {"output_stride": runs // layer.output.element_bytes}


def _overlap(layer: Layer) -> dict[str, Overlap]:
    """Each run is copied to a place that is the farther behind its own the later it comes."""
    rows = layer.op.constants(layer.types)["rows"]
    return {
        name: Overlap(part.offset + (rows - 1) * (part.stride - part.run))
        for name, part in layer.op.parts(layer.types).items()
    }


OP = Concatenate
KERNELS = [
    Kernel(
        "concatenate_bytes__ref",
        constants=_has_stride_of_runs,
        overlap=_overlap,
        leaves_room=_joins_rows,
    ),
]
