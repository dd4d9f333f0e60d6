"""interpolated_sigmoid: sigmoid or tanh of int16, between the places of a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ...ir import TensorType
from ..base import Kernel, Op, TensorArgument
from ..integers.sigmoid_table import SIGMOID_TABLE
from ..rules.window import check_offset


@dataclass(frozen=True, kw_only=True)
class InterpolatedSigmoid(Op):
    """sigmoid of int16, or tanh where ``hyperbolic``, element by element.

    Tensors: input int16, any shape. Output: the same shape, int16 in Q0.15.

    round(input * multiplier / 2^shift), ties up, is the real value in units of 1 / (3 * 4096): 24
    table steps of 2^9 for sigmoid, 48 of 2^8 for tanh. Beyond the table the result is the largest.
    Source: TensorFlow Lite's LOGISTIC and TANH of int16.
    """

    name: ClassVar[str] = "interpolated_sigmoid"
    tensors: ClassVar[tuple[TensorArgument, ...]] = (TensorArgument("input", ("int16",)),)
    quantization_data: ClassVar[frozenset[str]] = frozenset({"multiplier", "shift"})
    elementwise: ClassVar[bool] = True

    multiplier: int
    shift: int = 0
    hyperbolic: bool = False

    def __post_init__(self) -> None:
        check_offset(self, "multiplier", self.multiplier, 0, (1 << 15) - 1)
        check_offset(self, "shift", self.shift, 0, 30)

    def output_shape(self, types: Mapping[str, TensorType]) -> tuple[int, ...]:
        return types["input"].shape

    def constants(self, types: Mapping[str, TensorType]) -> dict[str, int | float]:
        return super().constants(types) | {"elements": types["input"].elements}


OP = InterpolatedSigmoid
KERNELS = [
    Kernel(
        "interpolated_sigmoid_s16__ref",
        pack=lambda layer: {"table": SIGMOID_TABLE},
        in_place=lambda layer: ("input",),
    )
]
