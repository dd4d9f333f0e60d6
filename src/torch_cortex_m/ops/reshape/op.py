"""reshape: the same elements under another shape."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import ClassVar

from ...ir import DTYPES, TensorType
from ..base import Kernel, Op, TensorArgument, View


@dataclass(frozen=True)
class Reshape(Op):
    """Gives a tensor the shape ``shape``; elements keep their row-major order.

    Tensors: input of any dtype and shape. Output: the same dtype, in the input's own memory.
    Source: numpy.reshape.
    """

    name: ClassVar[str] = "reshape"
    tensors: ClassVar[tuple[TensorArgument, ...]] = (TensorArgument("input", tuple(DTYPES)),)

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

    def views(self, types: Mapping[str, TensorType]) -> tuple[View, ...]:
        return (View("input"),)


OP = Reshape
KERNELS: list[Kernel] = []
