"""minimum: the smaller of two values, with broadcasting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..base import Kernel
from ..integers.bounds import Array
from ..rules.broadcasting import BroadcastingOp, operands_not_broadcast
from .kernels_cmsis_nn import CMSIS_NN_KERNELS
from .kernels_fast import FAST_KERNELS


@dataclass(frozen=True)
class Minimum(BroadcastingOp):
    """The smaller element, where both have one quantization; shapes are those of BroadcastingOp."""

    name: ClassVar[str] = "minimum"

    def results(self, input: Array, other: Array) -> Array:
        return np.minimum(input, other).astype(np.int8)


OP = Minimum
KERNELS = [
    Kernel("minimum_s8__ref", in_place=operands_not_broadcast),
    *FAST_KERNELS,
    *CMSIS_NN_KERNELS,
]
