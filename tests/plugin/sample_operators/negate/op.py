"""negate: int8 values with the opposite sign."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from torch_cortex_m.ir import INT8, TensorType
from torch_cortex_m.ops.base import Kernel, Op, TensorArgument
from torch_cortex_m.ops.rules.checks import check_multiplier
from torch_cortex_m.ops.rules.window import check_activation, check_offset


@dataclass(frozen=True)
class Negate(Op):
    """clamp(requantize(-(input + input_offset)) + output_offset), element by element.

    Tensors: input int8, any shape. Output: the same shape, int8.

    ``input_offset`` is -input zero point, ``output_offset`` the output's zero point. ``multiplier``
    and ``shift`` stand for input scale / output scale; the defaults are exactly one.
    """

    name: ClassVar[str] = "negate"
    tensors: ClassVar[tuple[TensorArgument, ...]] = (TensorArgument("input"),)
    quantization_data: ClassVar[frozenset[str]] = frozenset(
        {"input_offset", "multiplier", "shift", "output_offset", "activation_min", "activation_max"}
    )
    elementwise: ClassVar[bool] = True

    input_offset: int = 0
    multiplier: int = 1 << 30
    shift: int = 1
    output_offset: int = 0
    activation_min: int = INT8.low
    activation_max: int = INT8.high

    def __post_init__(self) -> None:
        check_activation(self, self.activation_min, self.activation_max)
        check_offset(self, "input_offset", self.input_offset, *INT8.negated())
        check_offset(self, "output_offset", self.output_offset, *INT8)
        check_multiplier(self, "", self.multiplier, self.shift)

    def output_shape(self, types: Mapping[str, TensorType]) -> tuple[int, ...]:
        return types["input"].shape

    def constants(self, types: Mapping[str, TensorType]) -> dict[str, int | float]:
        return super().constants(types) | {"elements": types["input"].elements}


OP = Negate
KERNELS = [Kernel("negate_s8__ref", in_place=lambda layer: ("input",))]
