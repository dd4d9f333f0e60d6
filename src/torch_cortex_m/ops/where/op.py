"""where: one of two values, as a truth value says, with broadcasting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ...ir import TensorType
from ..base import Kernel, Op, TensorArgument
from ..rules.checks import check_max_rank
from ..rules.strides import broadcast_strides, loop_constants
from .kernels_fast import FAST_KERNELS, as_large_as_the_output

NAMES = ("condition", "input", "other")


@dataclass(frozen=True)
class Where(Op):
    """input where the condition is true, else other, element by element.

    Tensors: condition bool, input and other int8 of one quantization or both bool; shapes of rank 6
    at most that broadcast together as NumPy's do. Output: the broadcast shape, the type of input.
    """

    name: ClassVar[str] = "where"
    tensors: ClassVar[tuple[TensorArgument, ...]] = (
        TensorArgument("condition", ("bool",)),
        TensorArgument("input", ("int8", "bool")),
        TensorArgument("other", ("int8", "bool")),
    )
    elementwise: ClassVar[bool] = True

    def output_shape(self, types: Mapping[str, TensorType]) -> tuple[int, ...]:
        for name in NAMES:
            check_max_rank(self, types, name)
        expected = types["input"].dtype
        self.expect(types["other"].dtype == expected, "other", expected, types["other"].dtype)
        shapes = [types[name].shape for name in NAMES]
        try:
            return np.broadcast_shapes(*shapes)
        except ValueError:
            expected = "shapes that broadcast together"
            raise self.error("other", expected=expected, got=shapes) from None

    def output_dtype(self, types: Mapping[str, TensorType]) -> str:
        return types["input"].dtype

    def constants(self, types: Mapping[str, TensorType]) -> dict[str, int | float]:
        output = self.output_shape(types)
        strides = {name: broadcast_strides(types[name].shape, output) for name in NAMES}
        return loop_constants(output, strides)


OP = Where
KERNELS = [Kernel("where_bytes__ref", in_place=as_large_as_the_output), *FAST_KERNELS]
