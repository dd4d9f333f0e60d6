"""cast: integers and truth values as integers of another type."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ...ir import TensorType
from ..base import Kernel, Layer, Op, TensorArgument
from ..rules.integer_types import OUTPUTS


@dataclass(frozen=True)
class Cast(Op):
    """The integers themselves, modulo 2 to the bits of the result; true is 1 and false is 0.

    Tensors: input bool, int8, int16 or int32, any shape. Output: the same shape; its type has
    ``output_bytes`` bytes.
    Source: numpy.ndarray.astype.
    """

    name: ClassVar[str] = "cast"
    tensors: ClassVar[tuple[TensorArgument, ...]] = (
        TensorArgument("input", ("bool", "int8", "int16", "int32")),
    )
    elementwise: ClassVar[bool] = True

    output_bytes: int

    def __post_init__(self) -> None:
        fits = self.output_bytes in OUTPUTS
        self.expect(fits, "output_bytes", "1, 2 or 4", self.output_bytes)

    def output_shape(self, types: Mapping[str, TensorType]) -> tuple[int, ...]:
        return types["input"].shape

    def output_dtype(self, types: Mapping[str, TensorType]) -> str:
        return OUTPUTS[self.output_bytes]

    def constants(self, types: Mapping[str, TensorType]) -> dict[str, int | float]:
        input = types["input"]
        return super().constants(types) | {
            "elements": input.elements,
            "input_bytes": input.element_bytes,
        }


def _in_place(layer: Layer) -> tuple[str, ...]:
    same = layer.types["input"].element_bytes == layer.output.element_bytes
    return ("input",) if same else ()


OP = Cast
KERNELS = [Kernel("cast_integers__ref", in_place=_in_place)]
