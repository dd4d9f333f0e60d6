"""concatenate: two tensors behind each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import ClassVar

from ...ir import DTYPES, TensorType
from ..base import Kernel, Layer, Op, Part, TensorArgument


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


OP = Concatenate
KERNELS = [
    Kernel("concatenate_bytes__ref", constants=_has_stride_of_runs, leaves_room=_joins_rows),
]
