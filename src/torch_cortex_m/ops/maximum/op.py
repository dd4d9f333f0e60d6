"""maximum: the larger of two values, with broadcasting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..base import Kernel, TensorArgument, for_dtype
from ..integers.bounds import Array
from ..rules.broadcasting import BroadcastingOp, operands, operands_not_broadcast
from .kernels_minimum import MINIMUM_KERNELS


@dataclass(frozen=True)
class Maximum(BroadcastingOp):
    """The larger element, where both have one quantization; shapes are those of BroadcastingOp."""

    name: ClassVar[str] = "maximum"
    tensors: ClassVar[tuple[TensorArgument, ...]] = operands("int8", "int16")

    def results(self, input: Array, other: Array) -> Array:
        return np.maximum(input, other).astype(np.int8)


OP = Maximum
KERNELS = [
    *for_dtype(
        "int8",
        [Kernel("maximum_s8__ref", in_place=operands_not_broadcast), *MINIMUM_KERNELS],
    ),
    Kernel("maximum_s16__ref", dtypes=("int16",), in_place=operands_not_broadcast),
]
