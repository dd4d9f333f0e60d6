"""minimum: the smaller of two values, with broadcasting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..base import Kernel, TensorArgument, for_dtype
from ..integers.bounds import Array
from ..rules.broadcasting import BroadcastingOp, operands, operands_not_broadcast
from .kernels_cmsis_nn import CMSIS_NN_KERNELS
from .kernels_fast import FAST_KERNELS


@dataclass(frozen=True)
class Minimum(BroadcastingOp):
    """The smaller element, where both have one quantization; shapes are those of BroadcastingOp."""

    name: ClassVar[str] = "minimum"
    tensors: ClassVar[tuple[TensorArgument, ...]] = operands("int8", "int16")

    def results(self, input: Array, other: Array) -> Array:
        return np.minimum(input, other).astype(np.int8)


OP = Minimum
KERNELS = [
    *for_dtype(
        "int8",
        [
            Kernel("minimum_s8__ref", in_place=operands_not_broadcast),
            *FAST_KERNELS,
            *CMSIS_NN_KERNELS,
        ],
    ),
    Kernel("minimum_s16__ref", dtypes=("int16",), in_place=operands_not_broadcast),
]
