"""split: a tensor in two parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import prod
from typing import ClassVar

from ...ir import DTYPES, TensorType
from ..base import Kernel, Op, TensorArgument, View
from ..interfaces import Constants, Reach, Types


@dataclass(frozen=True)
class Split(Op):
    """Cuts a tensor behind the first ``size`` indices of dimension ``axis``.

    Tensors: input of any dtype and shape. Outputs: first and second, of the same dtype, which have
    ``size`` and the rest of these indices. Where each lies side by side in the input, both are
    views of it.
    Source: numpy.split at one place.
    """

    name: ClassVar[str] = "split"
    tensors: ClassVar[tuple[TensorArgument, ...]] = (TensorArgument("input", tuple(DTYPES)),)
    outputs: ClassVar[tuple[str, ...]] = ("first", "second")
    only_moves: ClassVar[bool] = True

    axis: int
    size: int

    def output_types(self, types: Mapping[str, TensorType]) -> tuple[TensorType, ...]:
        given = replace(types["input"], quantization=None)
        rank = len(given.shape)
        self.expect(0 <= self.axis < rank, "axis", f"a dimension of {given.shape}", self.axis)
        whole = given.shape[self.axis]
        self.expect(0 < self.size < whole, "size", f"a value in [1, {whole - 1}]", self.size)
        return tuple(
            given.with_shape((*given.shape[: self.axis], part, *given.shape[self.axis + 1 :]))
            for part in (self.size, whole - self.size)
        )

    def _runs(self, types: Mapping[str, TensorType]) -> tuple[int, int]:
        """Bytes of each part that lie side by side."""
        first, second = self.output_types(types)
        bytes_of = [prod(t.shape[self.axis :]) * t.element_bytes for t in (first, second)]
        return bytes_of[0], bytes_of[1]

    def views(self, types: Mapping[str, TensorType]) -> tuple[View, ...] | None:
        if prod(types["input"].shape[: self.axis]) != 1:
            return None
        return (View("input"), View("input", self._runs(types)[0]))

    def reach(self, types: Types, constants: Constants, argument: str, axis: int) -> Reach | None:
        return None if axis == self.axis else Reach(axis)

    def constants(self, types: Mapping[str, TensorType]) -> dict[str, int | float]:
        first, second = self._runs(types)
        rows = prod(types["input"].shape[: self.axis])
        return {"rows": rows, "first_run": first, "second_run": second}


OP = Split
KERNELS = [Kernel("split_bytes__ref")]
