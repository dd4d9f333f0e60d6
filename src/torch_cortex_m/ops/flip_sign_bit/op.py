"""flip_sign_bit: uint8 as int8, or int8 as uint8."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ...ir import TensorType
from ..base import Kernel, Layer, Op, TensorArgument

OTHER = {"int8": "uint8", "uint8": "int8"}


@dataclass(frozen=True)
class FlipSignBit(Op):
    """input - 128 of uint8, input + 128 of int8, element by element: one bit changes.

    Tensors: input int8 or uint8, any shape. Output: the same shape, the other of the two types. The
    same real numbers, where the zero points differ by 128, too.
    """

    name: ClassVar[str] = "flip_sign_bit"
    tensors: ClassVar[tuple[TensorArgument, ...]] = (TensorArgument("input", tuple(OTHER)),)
    elementwise: ClassVar[bool] = True

    def output_shape(self, types: Mapping[str, TensorType]) -> tuple[int, ...]:
        return types["input"].shape

    def output_dtype(self, types: Mapping[str, TensorType]) -> str:
        return OTHER[types["input"].dtype]

    def constants(self, types: Mapping[str, TensorType]) -> dict[str, int | float]:
        return {"elements": types["input"].elements}


def _in_place(layer: Layer) -> tuple[str, ...]:
    return ("input",)


OP = FlipSignBit
KERNELS = [
    Kernel("flip_sign_bit_bytes__ref", in_place=_in_place),
    Kernel("flip_sign_bit_bytes__words", in_place=_in_place),
]
